import { join } from 'node:path';
import { runCommand } from './run-step.mjs';

/** Builds the library and packs it into a folder. Answers the tarball, and what npm says of it. */
export async function packInto(folder) {
  const { stdout } = await runCommand('npm', ['pack', '--json', '--pack-destination', folder], {
    timeoutMs: 400_000,
  });
  // Building speaks too, before the answer.
  const [facts] = JSON.parse(stdout.slice(stdout.search(/^\[$/m)));
  return { ...facts, tarball: join(folder, facts.filename) };
}
