import { runBench } from './run-bench.mjs';

// SOAK_MINUTES (60), SOAK_RATE (2000 tasks a second), SOAK_SERVICE (fauxqs; or memory).
runBench('soak/run.js');
