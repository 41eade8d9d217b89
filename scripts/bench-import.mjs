import { runBench } from './run-bench.mjs';

runBench('import/run.js');
