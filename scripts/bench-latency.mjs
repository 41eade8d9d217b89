import { runBench } from './run-bench.mjs';

runBench('latency/run.js');
