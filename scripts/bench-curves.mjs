import { runBench } from './run-bench.mjs';

runBench('curves/run.js');
