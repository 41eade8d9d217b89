import { runBench } from './run-bench.mjs';

runBench('heap/run.js');
