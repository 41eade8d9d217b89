import { runBench } from './run-bench.mjs';

runBench('idle/run.js');
