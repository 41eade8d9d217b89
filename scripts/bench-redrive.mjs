import { runBench } from './run-bench.mjs';

runBench('redrive/run.js');
