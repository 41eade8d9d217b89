import { runBench } from './run-bench.mjs';

// --rounds (3), --sends (10000) at once, --singles (300), --tasks (20000) from send to delete.
runBench('producing/run.js');
