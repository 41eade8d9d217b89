import { spawn } from 'node:child_process';

/** Runs a command to its end, within a time limit; answers what it wrote. Rejects on any other exit code than 0. */
export async function runCommand(command, args, { cwd, env, timeoutMs = 120_000 } = {}) {
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
    });
  }
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...ending) => resolve(ending));
  });
  if (code === 0) return output;
  const line = [command, ...args].join(' ');
  throw new Error(`"${line}" ended with ${signal ?? code}\n${output.stdout}${output.stderr}`);
}
