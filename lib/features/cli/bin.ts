#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { exitProcess } from '../../primitives/exit-process.js';
import { nodeHost } from './node-host.js';
import { runCli } from './run-cli.js';

// What an app leaves open, such as a timer, does not hold up a process whose work is done.
void runCli(nodeHost(fileURLToPath(import.meta.url))).then((code) => {
  process.stdout.write('', () => exitProcess(code));
});
