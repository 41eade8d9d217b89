import { GatewayError, type GatewayErrorKind } from '../../contracts/index.js';

/** What the call was, for the sentence of the error. */
export interface CallFacts {
  operation: string;
  queue?: string;
  signal?: AbortSignal;
  /** @default as of a new connection */
  standing?: Standing;
}

/** What a connection has learned of its credentials. */
export interface Standing {
  /** The service has accepted them before, so that a failure of theirs is passing: roles and keys are rotated. */
  wasAccepted: boolean;
}

/** The one place where codes of the SDK, the service and the network become kinds. */
export function toGatewayError(error: unknown, call: CallFacts): GatewayError {
  const seen = readError(error);
  const kind = call.signal?.aborted === true ? 'aborted' : kindOf(seen);
  const { operation, queue, standing } = call;
  const facts = { operation, queue, code: seen.codes[0], cause: error };
  if (kind !== 'unauthenticated') return new GatewayError({ ...facts, kind, detail: seen.detail });
  if (standing?.wasAccepted === true) {
    return new GatewayError({ ...facts, kind: 'unavailable', detail: seen.detail });
  }
  return new GatewayError({ ...facts, kind, detail: `${seen.detail} ${adviceFor(seen)}` });
}

function adviceFor({ hasAnswer }: SeenError): string {
  return hasAnswer
    ? 'Check that the credentials are active, and of the partition and the region that are meant'
    : 'Give the AWS SDK credentials (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or a role), or connection.credentials; ' +
        'connection: { embedded: true } needs none, for development';
}

interface SeenError {
  /** Every name the error gives itself, the most telling first. */
  codes: readonly string[];
  status: number | undefined;
  fault: unknown;
  detail: string;
  isUnparsable: boolean;
  /** SQS has answered, so the request had credentials. */
  hasAnswer: boolean;
  /** It comes from a service that gives out credentials. */
  isOfProvider: boolean;
}

function readError(error: unknown): SeenError {
  if (typeof error !== 'object' || error === null) return plainError(String(error));
  const from = error as Record<string, unknown>;
  const metadata = (from['$metadata'] ?? {}) as { httpStatusCode?: unknown };
  // The network's code first: the SDK calls a cut connection a `TimeoutError` too.
  const codes = [from['code'], from['name'], from['Code']].filter(isTelling);
  const message = typeof from['message'] === 'string' ? from['message'] : '';
  return {
    codes,
    status: typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined,
    fault: from['$fault'],
    // Node leaves the message of a refused connection empty when it tried several addresses.
    detail: message === '' ? (codes[0] ?? 'no reason was given') : message,
    isUnparsable: error instanceof SyntaxError || message.includes('Invalid MD5 checksum'),
    hasAnswer: typeof metadata.httpStatusCode === 'number',
    isOfProvider: isOfProvider(error),
  };
}

function plainError(detail: string): SeenError {
  const nothing = { isUnparsable: false, hasAnswer: false, isOfProvider: false };
  return { codes: [], status: undefined, fault: undefined, detail, ...nothing };
}

/** Errors of STS, SSO and others that the SDK asks for credentials are classes of their own clients. */
function isOfProvider(error: object): boolean {
  for (let type: object | null = error; type !== null; type = Object.getPrototypeOf(type) as null) {
    const name = type.constructor?.name ?? '';
    if (/.ServiceException$/.test(name)) return name !== 'SQSServiceException';
  }
  return false;
}

function isTelling(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && !untelling.has(name);
}

const untelling = new Set(['Error', 'AggregateError', 'UnknownError', 'Unknown']);

function kindOf(seen: SeenError): GatewayErrorKind {
  const kind = seen.codes.map((code) => kindOfCode.get(bareCode(code))).find(isKnown);
  if (isRefusalOfProvider(seen, kind)) return 'unauthenticated';
  if (kind !== undefined) return kind;
  if (seen.isUnparsable) return 'unavailable';
  return kindOfStatus(seen);
}

function isKnown(kind: GatewayErrorKind | undefined): kind is GatewayErrorKind {
  return kind !== undefined;
}

/** The role may not be taken, or is not there: it says nothing of the queue. */
function isRefusalOfProvider(seen: SeenError, kind: GatewayErrorKind | undefined): boolean {
  if (!seen.isOfProvider || (seen.status ?? 0) >= 500) return false;
  return kind === undefined || kind === 'access-denied' || kind === 'queue-not-found';
}

/** `AWS.SimpleQueueService.NonExistentQueue` and `com.amazonaws.sqs#QueueDoesNotExist` end in the code itself. */
function bareCode(code: string): string {
  return code.replace(/^.*#/, '').replace(/^AWS\.SimpleQueueService\./, '');
}

function kindOfStatus({ status, fault }: SeenError): GatewayErrorKind {
  if (status === undefined) return fault === 'server' ? 'unavailable' : 'unknown';
  const named = kindsOfStatus[status];
  if (named !== undefined) return named;
  if (status >= 500) return 'unavailable';
  // An answer of 200 that still became an error was not understood.
  return status >= 400 ? 'invalid-request' : 'unavailable';
}

const kindsOfStatus: Record<number, GatewayErrorKind | undefined> = {
  401: 'access-denied',
  403: 'access-denied',
  408: 'timeout',
  429: 'throttled',
  504: 'timeout',
};

/** Names of the JSON protocol, of the older query protocol, of the SDK and of Node's network errors. */
const codesOfKind: Partial<Record<GatewayErrorKind, readonly string[]>> = {
  'queue-not-found': ['QueueDoesNotExist', 'NonExistentQueue', 'ResourceNotFoundException'],
  'access-denied': [
    'AccessDenied',
    'AccessDeniedException',
    'AuthorizationError',
    'NotAuthorized',
    'InvalidSecurity',
    'OptInRequired',
    // A key that is off, gone or not ours: only its owner can change that, so polls go on slowly.
    'KmsAccessDenied',
    'KmsDisabled',
    'KmsInvalidKeyUsage',
    'KmsInvalidState',
    'KmsNotFound',
    'KmsOptInRequired',
    'KMS.AccessDeniedException',
    'KMS.DisabledException',
    'KMS.InvalidKeyUsageException',
    'KMS.InvalidStateException',
    'KMS.NotFoundException',
    'KMS.OptInRequired',
  ],
  unauthenticated: [
    'CredentialsProviderError',
    'TokenProviderError',
    'ProviderError',
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    'IncompleteSignature',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
  ],
  throttled: [
    'RequestThrottled',
    'RequestThrottledException',
    'Throttling',
    'ThrottlingException',
    'ThrottledException',
    'TooManyRequestsException',
    'RequestLimitExceeded',
    'BandwidthLimitExceeded',
    'LimitExceededException',
    'SlowDown',
    'KmsThrottled',
    'KMS.ThrottlingException',
  ],
  'over-limit': ['OverLimit'],
  conflict: [
    'QueueDeletedRecently',
    'QueueNameExists',
    'QueueAlreadyExists',
    'PurgeQueueInProgress',
  ],
  unsupported: [
    'UnsupportedOperation',
    'InvalidAction',
    'UnknownOperationException',
    'NotImplemented',
  ],
  timeout: ['TimeoutError', 'RequestTimeout', 'RequestTimeoutException', 'ETIMEDOUT'],
  aborted: ['AbortError'],
  unavailable: [
    'ServiceUnavailable',
    'ServiceUnavailableException',
    'InternalError',
    'InternalFailure',
    'InternalServerError',
    // Credentials are refreshed and clocks corrected by the SDK, so the next call may well succeed.
    'ExpiredToken',
    'ExpiredTokenException',
    'RequestExpired',
    'RequestTimeTooSkewed',
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENETDOWN',
    'EADDRNOTAVAIL',
    'EPROTO',
    'ERR_STREAM_PREMATURE_CLOSE',
  ],
};

const kindOfCode = new Map<string, GatewayErrorKind>(
  Object.entries(codesOfKind).flatMap(([kind, codes]) =>
    codes.map((code) => [code, kind as GatewayErrorKind] as const),
  ),
);
