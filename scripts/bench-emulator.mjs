import { runBench } from './run-bench.mjs';

runBench('emulator/run.js');
