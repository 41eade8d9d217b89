import { InvalidOptionsError, SQS_LIMITS } from '../contracts/index.js';

/** Where a queue is, as its user wrote it. `queueName` is the real name, prefix included where it was written. */
export type QueueAddress =
  | { readonly kind: 'name'; readonly queueName: string }
  | { readonly kind: 'url'; readonly queueName: string; readonly url: string }
  | {
      readonly kind: 'arn';
      readonly queueName: string;
      readonly region: string;
      readonly accountId: string;
    };

/**
 * Reads a queue's name, URL or ARN, of any partition and any endpoint.
 * @throws InvalidOptionsError where it is none of them
 */
export function parseQueueAddress(text: unknown): QueueAddress {
  if (typeof text !== 'string' || text.trim() === '') {
    throw invalid(text, 'expected a queue name, URL or ARN, got ' + describe(text));
  }
  const address = readAddress(text);
  const problem = queueNameProblem(address.queueName);
  if (problem !== undefined) throw invalid(text, problem);
  return address;
}

/** What is wrong with a real queue name; undefined where SQS takes it. */
export function queueNameProblem(name: string): string | undefined {
  if (name.length > SQS_LIMITS.queueNameLength) {
    return `a queue name has at most ${SQS_LIMITS.queueNameLength} characters, .fifo included, got ${name.length}`;
  }
  if (!/^[A-Za-z0-9_-]+(\.fifo)?$/.test(name)) {
    return 'a queue name has letters, digits, hyphens and underscores, and ends in .fifo only where the queue is FIFO';
  }
  return undefined;
}

/** FIFO queues are known by their names: SQS demands the ending. */
export function isFifoName(name: string): boolean {
  return name.endsWith('.fifo');
}

/** The name in logs, options and handlers: without the prefix. */
export function logicalName(queueName: string, prefix: string): string {
  const isPrefixed = prefix !== '' && queueName.startsWith(prefix) && queueName !== prefix;
  return isPrefixed ? queueName.slice(prefix.length) : queueName;
}

/** A bare name gets the prefix; a URL or an ARN says the real name itself. */
export function withPrefix(address: QueueAddress, prefix: string): QueueAddress {
  if (address.kind !== 'name' || prefix === '') return address;
  return parseQueueAddress(prefix + address.queueName);
}

/** The account in a queue URL, the segment before the name; undefined where there is none. */
export function accountOfUrl(url: string): string | undefined {
  return pathOf(new URL(url)).at(-2);
}

/**
 * The region in a queue URL of AWS: regional, FIPS, dual-stack, VPC and legacy hosts of every partition. Undefined for
 * any other host, which says nothing of its region.
 * {@link https://docs.aws.amazon.com/general/latest/gr/sqs-service.html}
 */
export function regionOfUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const match = AWS_HOST.exec(new URL(url).hostname);
  if (match === null) return undefined;
  return match[1] ?? match[2] ?? LEGACY_REGION;
}

/** URL of another queue at the same place: same service, region and account. */
export function urlBeside(url: string, queueName: string): string {
  return withoutEnd(url).replace(/[^/]*$/, queueName);
}

/**
 * What tells queues apart that are named by URL or ARN: region, account and name where the service is AWS, which has
 * several hosts for one region; else the URL. Undefined for a bare name.
 */
export function identityOf(address: QueueAddress): string | undefined {
  if (address.kind === 'name') return undefined;
  const { queueName } = address;
  if (address.kind === 'arn') return `${address.region} ${address.accountId} ${queueName}`;
  const region = regionOfUrl(address.url);
  return region === undefined
    ? withoutEnd(address.url)
    : `${region} ${accountOfUrl(address.url)} ${queueName}`;
}

/** Some emulators end their URLs in a slash. */
function withoutEnd(url: string): string {
  return url.replace(/\/+$/, '');
}

/** `sqs.<region>.…` (also behind the name of a VPC endpoint), or the older `<region>.queue.…` and `queue.…`. */
const AWS_HOST =
  /(?:^|\.)(?:sqs(?:-fips)?\.([a-z0-9-]+)(?:\.vpce)?|(?:([a-z0-9-]+)\.)?queue)\.(?:amazonaws\.(?:com|com\.cn|eu)|api\.aws|api\.amazonwebservices\.(?:com\.cn|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk)$/;

/** `queue.amazonaws.com` is older than regions in host names. */
const LEGACY_REGION = 'us-east-1';

function readAddress(text: string): QueueAddress {
  if (text.startsWith('arn:')) return readArn(text);
  if (/^https?:\/\//i.test(text)) return readUrl(text);
  return { kind: 'name', queueName: text };
}

function readArn(text: string): QueueAddress {
  const match = /^arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\d{12}):([^:]+)$/.exec(text);
  if (match === null) throw invalid(text, 'expected arn:<partition>:sqs:<region>:<account>:<name>');
  const [, region = '', accountId = '', queueName = ''] = match;
  return { kind: 'arn', queueName, region, accountId };
}

function readUrl(text: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const queueName = url === undefined ? undefined : pathOf(url).at(-1);
  if (url === undefined || queueName === undefined || url.search !== '' || url.hash !== '') {
    throw invalid(
      text,
      'expected a queue URL such as https://sqs.<region>.amazonaws.com/<account>/<name>',
    );
  }
  return { kind: 'url', queueName, url: text };
}

function pathOf(url: URL): string[] {
  return url.pathname.split('/').filter((segment) => segment !== '');
}

function invalid(text: unknown, problem: string): InvalidOptionsError {
  return new InvalidOptionsError({ where: `queue ${describe(text)}`, problems: [problem] });
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
