import { spawnSync } from 'node:child_process';

// Tests, package check and projects on newer Node versions; the project itself stays on the one that runs this.
for (const version of ['22', '24', '26']) {
  const { status } = spawnSync(
    'npx',
    [
      '-y',
      '-p',
      `node@${version}`,
      '-c',
      'node -v && npm test && npm run check:package && npm run check:projects',
    ],
    { stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
}
