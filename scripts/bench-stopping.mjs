import { runBench } from './run-bench.mjs';

runBench('stopping/run.js');
