import { createHmac, hash } from 'node:crypto';

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
  private key: { of: string; bytes: Buffer } | undefined;
  /** Of the last request: nearly all have the same headers. */
  private order: { of: string[]; names: string[] } | undefined;

  /** Gives the request's headers with the date, the body's hash, the token and the signature. */
  sign(
    request: SignableRequest,
    identity: Identity,
    { region, service }: SigningScope,
    wallMs: number,
  ): Record<string, string> {
    const time = new Date(wallMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const day = time.slice(0, 8);
    const bodyHash = hash('sha256', request.body);
    const headers: Record<string, string> = { ...request.headers, 'x-amz-date': time };
    if (identity.sessionToken) headers['x-amz-security-token'] = identity.sessionToken;
    headers['x-amz-content-sha256'] ??= bodyHash;

    const names = this.namesOf(headers);
    const scope = `${day}/${region}/${service}/aws4_request`;
    const canonical = canonicalRequest({ ...request, headers }, names, bodyHash);
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`;
    const key = this.keyFor(identity.secretAccessKey, [day, region, service, 'aws4_request']);
    const signature = createHmac('sha256', key).update(text).digest('hex');
    headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${identity.accessKeyId}/${scope}, ` +
      `SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return headers;
  }

  private namesOf(headers: Record<string, string>): string[] {
    const of = Object.keys(headers);
    if (this.order !== undefined && isSameList(this.order.of, of)) return this.order.names;
    const names = of.filter(isSigned).toSorted();
    this.order = { of, names };
    return names;
  }

  private keyFor(secret: string, scope: readonly string[]): Buffer {
    const of = [secret, ...scope].join('\n');
    if (this.key?.of === of) return this.key.bytes;
    let bytes = Buffer.from(`AWS4${secret}`);
    for (const part of scope) bytes = createHmac('sha256', bytes).update(part).digest();
    this.key = { of, bytes };
    return bytes;
  }
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

function canonicalRequest(request: SignableRequest, names: string[], bodyHash: string): string {
  const { method, path, headers } = request;
  let lines = '';
  for (const name of names)
    lines += `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`;
  return `${method}\n${canonicalPath(path)}\n\n${lines}\n${names.join(';')}\n${bodyHash}`;
}

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
