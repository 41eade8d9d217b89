import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export interface SignableRequest {
  method: string;
  path: string;
  /** Names in lower case, the host among them. */
  headers: Record<string, string>;
  body: string | Uint8Array;
}

export interface Identity {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface SigningScope {
  region: string;
  service: string;
}

/**
 * Signs requests with AWS Signature Version 4. The key of a day and a secret is derived once.
 * {@link https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html}
 */
export class RequestSigner {
  private key: { of: string; key: KeyObject } | undefined;
  /** Of the last request: nearly all have the same headers. */
  private order: { of: string[]; names: string[]; list: string } | undefined;
  /** Of the last request: a busy client signs many in a second. */
  private second: { of: number; text: string } | undefined;

  /** Gives the request's headers with the date, the body's hash, the token and the signature. */
  sign(
    request: SignableRequest,
    identity: Identity,
    { region, service }: SigningScope,
    wallMs: number,
  ): Record<string, string> {
    const time = this.timeOf(wallMs);
    const day = time.slice(0, 8);
    const bodyHash = hash('sha256', request.body);
    const headers: Record<string, string> = { ...request.headers, 'x-amz-date': time };
    if (identity.sessionToken) headers['x-amz-security-token'] = identity.sessionToken;
    headers['x-amz-content-sha256'] ??= bodyHash;

    const { names, list } = this.namesOf(headers);
    const scope = `${day}/${region}/${service}/aws4_request`;
    const canonical = canonicalRequest(request, headers, { names, list, bodyHash });
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`;
    const key = this.keyFor(identity.secretAccessKey, [day, region, service, 'aws4_request']);
    const signature = createHmac('sha256', key).update(text).digest('hex');
    headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${identity.accessKeyId}/${scope}, ` +
      `SignedHeaders=${list}, Signature=${signature}`;
    return headers;
  }

  /** `20261121T064000Z` */
  private timeOf(wallMs: number): string {
    const of = Math.floor(wallMs / 1000);
    if (this.second?.of === of) return this.second.text;
    const text = new Date(wallMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
    this.second = { of, text };
    return text;
  }

  private namesOf(headers: Record<string, string>): { names: string[]; list: string } {
    const of = Object.keys(headers);
    if (this.order !== undefined && isSameList(this.order.of, of)) return this.order;
    const names = of.filter(isSigned).toSorted();
    this.order = { of, names, list: names.join(';') };
    return this.order;
  }

  private keyFor(secret: string, scope: readonly string[]): KeyObject {
    const of = [secret, ...scope].join('\n');
    if (this.key?.of === of) return this.key.key;
    let bytes = Buffer.from(`AWS4${secret}`);
    for (const part of scope) bytes = createHmac('sha256', bytes).update(part).digest();
    const key = createSecretKey(bytes);
    this.key = { of, key };
    return key;
  }
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

function canonicalRequest(
  { method, path }: SignableRequest,
  headers: Record<string, string>,
  { names, list, bodyHash }: { names: string[]; list: string; bodyHash: string },
): string {
  let lines = '';
  for (const name of names) lines += `${name}:${canonicalValue(headers[name] ?? '')}\n`;
  return `${method}\n${canonicalPath(path)}\n\n${lines}\n${list}\n${bodyHash}`;
}

function canonicalValue(value: string): string {
  return untidy.test(value) ? value.trim().replace(/\s+/g, ' ') : value;
}

/** White space that does not stay as it is. Nearly all values have none, and looking costs less than copying. */
const untidy = /^\s|\s$|\s\s|[^\S ]/;

function canonicalPath(path: string): string {
  if (path === '/') return path;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(escaped(segment));
  }
  const start = path.startsWith('/') ? '/' : '';
  return start + segments.join('/') + (segments.length > 0 && path.endsWith('/') ? '/' : '');
}

/** The path is in its URL form already; for the signature it is escaped once more. */
function escaped(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** What proxies between us and SQS may change stays unsigned, as in the SDK. */
function isSigned(name: string): boolean {
  return !unsigned.has(name) && !name.startsWith('proxy-') && !name.startsWith('sec-');
}

const unsigned = new Set([
  'authorization',
  'cache-control',
  'connection',
  'expect',
  'from',
  'keep-alive',
  'max-forwards',
  'pragma',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
]);
