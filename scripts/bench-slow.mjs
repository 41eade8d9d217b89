import { runBench } from './run-bench.mjs';

runBench('slow/run.js');
