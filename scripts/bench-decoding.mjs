import { compile } from './build-if-stale.mjs';
import { runBench } from './run-bench.mjs';

// By itself, so that a process for each message starts at once.
compile('bench/decoding/tsconfig.source.json');
runBench('decoding/run.js');
