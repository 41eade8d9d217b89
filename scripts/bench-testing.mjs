import { runBench } from './run-bench.mjs';

runBench('testing/run.js');
