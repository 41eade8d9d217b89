import { spawn } from 'node:child_process';

/** Runs a command to its end, within a time limit; answers what it wrote. Rejects on any other exit code than 0. */
export async function runCommand(
  command,
  args,
  { cwd, env, timeoutMs = 120_000, isShown = false } = {},
) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
      if (isShown) process[name].write(text);
    });
  }
  const { code, signal } = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  if (code === 0) return output;
  const line = [command, ...args].join(' ');
  throw new Error(`"${line}" ended with ${signal ?? code}\n${output.stdout}${output.stderr}`);
}

/** True where this file was started by itself, not imported. */
export function isMain(meta) {
  return process.argv[1] !== undefined && meta.url === new URL(`file://${process.argv[1]}`).href;
}
