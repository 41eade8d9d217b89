import { readFileSync, writeFileSync } from 'node:fs';
import type { Codec, MessageAttributes, MessageFormat } from 'nestjs-sqs-tasks';
import type { FormatName, Letter } from './bombs.js';

/** One message, decoded once in a process of its own: prints how long it took, and how much memory at its peak. */
export interface Measured {
  ms: number;
  /** Above what the process took before, message included. */
  peakMiB: number;
  /** What the message was refused with; undefined where it was read. */
  refused?: string;
  /** Anything but `UndecodableMessageError`. */
  failed?: string;
}

// Only what decodes: a process for each message would wait a second for the rest.
const source = new URL('../source/lib/', import.meta.url);
const { DecodingBudget, UndecodableMessageError } = await part('contracts');
const parts = await part('serialization');
const { compressed, jsonCodec, richCodec, nativeFormat } = parts;
const { eventBridge, s3Event, sns, sqspipes, sqsWorkers, squids, taskmaster, zcSqs } = parts;

function part(folder: string): Promise<typeof import('nestjs-sqs-tasks')> {
  return import(new URL(`${folder}/index.js`, source).href);
}

const formats: Record<FormatName, MessageFormat> = {
  native: nativeFormat,
  squids: squids(),
  taskmaster: taskmaster(),
  sqspipes: sqspipes(),
  'sqs-workers': sqsWorkers(),
  'zc.sqs': zcSqs(),
  sns: sns(),
  'event-bridge': eventBridge(),
  's3-event': s3Event(),
  'sns of event-bridge of s3-event': sns({ format: eventBridge({ format: s3Event() }) }),
};

const codecList: Codec[] = [jsonCodec, richCodec, compressed(jsonCodec), compressed(richCodec)];
const codecs = (name = 'json') => {
  const codec = codecList.find((one) => one.name === name);
  if (codec === undefined) throw new UndecodableMessageError({ problem: `no codec "${name}"` });
  return codec;
};

function decode(name: FormatName, { body, attributes }: Letter): unknown {
  const message = {
    messageId: 'm',
    receiptHandle: 'r',
    body,
    attributes: attributesOf(attributes),
    systemAttributes: {},
  };
  return formats[name].decode(message, { queue: 'q', codecs, budget: new DecodingBudget() });
}

function attributesOf(texts: Record<string, string>): MessageAttributes {
  const entries = Object.entries(texts);
  return Object.fromEntries(
    entries.map(([name, stringValue]) => [name, { dataType: 'String', stringValue }]),
  );
}

function measure(name: FormatName, letter: Letter): Measured {
  globalThis.gc?.();
  const residentBytes = process.memoryUsage.rss();
  resetPeak();
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
  const result = attempt(() => decode(name, letter));
  const { user, system } = process.cpuUsage(cpu);
  // A busy machine makes it wait: that is nobody's work. All threads of the garbage collector count.
  const ms = Math.min(performance.now() - startedAt, (user + system) / 1_000);
  return { ms, peakMiB: (peakBytes() - residentBytes) / 1_048_576, ...result };
}

/** Linux forgets the highest resident size so far; elsewhere it is that of the whole process. */
function resetPeak(): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1_024;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kibibytes) * 1_024;
}

function attempt(work: () => unknown): Pick<Measured, 'refused' | 'failed'> {
  try {
    kept.push(work());
    return {};
  } catch (error) {
    const { name, message } = error as Error;
    return name === 'UndecodableMessageError'
      ? { refused: message }
      : { failed: `${name}: ${message}` };
  }
}

/** Until the measuring is over. */
const kept: unknown[] = [];

const { name, letter } = JSON.parse(readFileSync(0, 'utf8')) as {
  name: FormatName;
  letter: Letter;
};
// What a worker has run before counts for nobody.
for (let turn = 0; turn < 20; turn++)
  decode('native', { body: '{"pattern":"p","data":[1]}', attributes: {} });
console.log(JSON.stringify(measure(name, letter)));
