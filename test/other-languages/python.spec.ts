import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MemoryServer } from '../../lib/queue-client/memory/http/memory-server.js';
import { MemoryQueueService } from '../../lib/queue-client/memory/memory-queue-service.js';

const program = fileURLToPath(new URL('client.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe('The emulator', () => {
  test('serves a client in Python, its signature, sums and errors included', async ({ skip }) => {
    skip(!hasPython, 'python3 is not installed here');
    const server = await MemoryServer.start({ service: new MemoryQueueService() });
    onTestFinished(() => server.close());

    const { stdout } = await promisify(execFile)('python3', [program, server.endpoint]);

    expect(stdout.trim().split('\n')).toEqual([
      'sent',
      'received',
      'deleted',
      'refused: AWS.SimpleQueueService.NonExistentQueue;Sender',
    ]);
  });
});
