import * as nodeModule from 'node:module';
import * as loader from './ts-loader.mjs';

// Node 26 warns on standard error about `register()`; Node 20 has nothing else.
if (nodeModule.registerHooks === undefined) nodeModule.register('./ts-loader.mjs', import.meta.url);
else nodeModule.registerHooks(loader);
