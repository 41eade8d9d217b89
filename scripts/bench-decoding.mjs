import { runBench } from './run-bench.mjs';

runBench('decoding/run.js');
