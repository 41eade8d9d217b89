import { startEmbedded } from '../support/embedded.js';
import { blackHole, FaultProxy, stopInAnswer } from '../support/fault-proxy.js';
import { Children, type Child } from '../support/process.js';

const worker = new URL('./fixtures/trouble-worker.ts', import.meta.url);
const children = new Children();
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await children.stopAll();
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Setup {
  child: Child;
  proxy: FaultProxy;
}

interface Trouble {
  name: string;
  begin(setup: Setup): Promise<unknown> | void;
  /** Messages of the send that was given up: it was in doubt. */
  sentCount: number;
}

const hungCredentials: Trouble = {
  name: 'credentials that hang',
  begin({ child }) {
    child.tell('hang');
    return child.line(/^heard hang$/);
  },
  sentCount: 0,
};
const noAnswer: Trouble = {
  name: 'an endpoint that accepts and never answers',
  begin: ({ proxy }) => void proxy.inject({ fault: blackHole() }),
  sentCount: 0,
};
const noEndOfAnswer: Trouble = {
  name: 'a black hole after the headers',
  begin: ({ proxy }) => void proxy.inject({ fault: stopInAnswer() }),
  sentCount: 1,
};

interface End {
  name: string;
  run: 'worker' | 'plain';
  end(child: Child): void;
  /** Which of two signals Node hears first is open. */
  codes: number[];
  /** In this order. */
  said: RegExp[];
}

const leftHandler =
  /Handlers did not end before the worker stopped queue=jobs tasks="job \(message/;
const leftSettlement = /Settlements were not confirmed before the worker stopped.* count=1/;
const refusedSend = /^SendGivenUpError: {"queue":"next","attempts":1,"isInDoubt":true,/;

const signal: End = {
  name: 'SIGTERM',
  run: 'worker',
  end: (child) => child.kill('SIGTERM'),
  // A task had not ended.
  codes: [143],
  said: [
    /Worker is draining because=SIGTERM drainTimeoutMs=200 runningCount=1 running="job/,
    leftHandler,
    leftSettlement,
    /Worker stopped because=drained .* unfinished=1/,
    refusedSend,
  ],
};
const signals: End = {
  name: 'SIGINT and SIGTERM at once',
  run: 'worker',
  end(child) {
    child.kill('SIGINT');
    child.kill('SIGTERM');
  },
  codes: [130, 143],
  said: [
    /Worker is draining because=SIG(INT|TERM)/,
    /Worker is aborting runningCount=1 running="job/,
    leftHandler,
    leftSettlement,
    /Worker stopped because=aborted .* unfinished=1/,
    refusedSend,
  ],
};
const close: End = {
  name: 'app.close()',
  run: 'plain',
  end: (child) => child.tell('close'),
  codes: [0],
  said: [
    /Worker is draining because="the app closes" drainTimeoutMs=200 runningCount=1 running="job/,
    leftHandler,
    /Worker stopped because=drained .* unfinished=1/,
    refusedSend,
    /^closed$/,
  ],
};

/** Each trouble with each end; each of both by each wire. */
const rows = [
  { trouble: hungCredentials, end: signal, wire: 'lean' },
  { trouble: hungCredentials, end: signals, wire: 'sdk' },
  { trouble: hungCredentials, end: close, wire: 'lean' },
  { trouble: noAnswer, end: signal, wire: 'sdk' },
  { trouble: noAnswer, end: signals, wire: 'lean' },
  { trouble: noAnswer, end: close, wire: 'sdk' },
  { trouble: noEndOfAnswer, end: signal, wire: 'lean' },
  { trouble: noEndOfAnswer, end: signals, wire: 'sdk' },
  { trouble: noEndOfAnswer, end: close, wire: 'lean' },
];

// The first child of a machine transpiles what it runs.
describe('A worker process', { timeout: 120_000 }, () => {
  test.each(rows.map((row) => [row.trouble.name, row.end.name, row.wire, row] as const))(
    'with %s ends at %s (wire: %s), says what it gave up, and loses nothing',
    async (_trouble, _end, wire, { trouble, end }) => {
      const queues = await startQueues();
      const env = { ENDPOINT: queues.proxy.url, WIRE: wire, RUN: end.run, NO_COLOR: '1' };
      const child = children.start(worker, { env });
      await child.line(/^running$/);
      await trouble.begin({ child, proxy: queues.proxy });
      child.tell('go');
      await child.line(/^sending$/);
      end.end(child);
      expect(end.codes).toContain((await child.exited).code);
      expect(inOrder(child.lines, end.said)).toEqual(end.said);
      expect(child.stderr).toMatch(
        /Sends were given up as the app closed count=1 queues={ next: 1 } inDoubtCount=1/,
      );
      expect(await queues.count('jobs')).toBe(1);
      expect(await queues.count('next')).toBe(trouble.sentCount);
    },
  );
});

/** Those that a line matches, each behind the line of the one before it. */
function inOrder(lines: readonly string[], patterns: readonly RegExp[]): RegExp[] {
  let at = 0;
  return patterns.filter((pattern) => {
    const found = lines.findIndex((line, index) => index >= at && pattern.test(line));
    if (found >= 0) at = found + 1;
    return found >= 0;
  });
}

/** One task is in "jobs"; "next" is empty. */
async function startQueues() {
  const service = await startEmbedded();
  closers.push(() => service.close());
  const urls = {
    jobs: await service.gateway.createQueue('jobs'),
    next: await service.gateway.createQueue('next'),
  };
  await service.gateway.sendBatch(urls.jobs, [{ body: '{"pattern":"job","data":1}' }]);
  const proxy = await FaultProxy.start({ target: service.endpoint });
  closers.push(() => proxy.close());
  return {
    proxy,
    async count(queue: keyof typeof urls): Promise<number> {
      const counts = await service.gateway.getQueueAttributes(urls[queue]);
      const seen = Number(counts['ApproximateNumberOfMessages']);
      return seen + Number(counts['ApproximateNumberOfMessagesNotVisible']);
    },
  };
}
