import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { deferred } from '../../../../lib/primitives/deferred.js';
import type { Deferred } from '../../../../lib/primitives/deferred.js';

/** What worker processes tell by their sockets; a socket ends when its process does. */
export class Observer {
  readonly words: string[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly waiting: { count: number; pattern: RegExp; done: Deferred<void> }[] = [];

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.follow(socket));
  }

  static async start(): Promise<Observer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Observer(server);
  }

  get env(): Record<string, string> {
    return { TEST_PORT: String((this.server.address() as AddressInfo).port) };
  }

  /** Resolves once so many words that match were told; `gone` is told of each process that has ended. */
  told(pattern: RegExp, count = 1): Promise<void> {
    const done = deferred();
    this.waiting.push({ count, pattern, done });
    this.look();
    return done.promise;
  }

  letFinish(): void {
    for (const socket of this.sockets) socket.write('finish\n');
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private follow(socket: Socket): void {
    this.sockets.add(socket);
    socket.setEncoding('utf8').on('data', (text: string) => this.hear(text.trim().split('\n')));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.hear(['gone']);
    });
  }

  private hear(words: readonly string[]): void {
    this.words.push(...words);
    this.look();
  }

  private look(): void {
    for (const { count, pattern, done } of this.waiting) {
      if (this.words.filter((word) => pattern.test(word)).length >= count) done.resolve();
    }
  }
}
