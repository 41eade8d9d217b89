import { GatewayError, type GatewayErrorKind } from '../../contracts/index.js';

/** What the call was, for the sentence of the error. */
export interface CallFacts {
  operation: string;
  queue?: string;
  signal?: AbortSignal;
}

/** The one place where codes of the SDK, the service and the network become kinds. */
export function toGatewayError(error: unknown, call: CallFacts): GatewayError {
  const seen = readError(error);
  return new GatewayError({
    kind: call.signal?.aborted === true ? 'aborted' : kindOf(seen),
    operation: call.operation,
    queue: call.queue,
    code: seen.codes[0],
    detail: seen.detail,
    cause: error,
  });
}

interface SeenError {
  /** Every name the error gives itself, the most telling first. */
  codes: readonly string[];
  status: number | undefined;
  fault: unknown;
  detail: string;
  isUnparsable: boolean;
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
  };
}

function plainError(detail: string): SeenError {
  return { codes: [], status: undefined, fault: undefined, detail, isUnparsable: false };
}

function isTelling(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && !untelling.has(name);
}

const untelling = new Set(['Error', 'AggregateError', 'UnknownError', 'Unknown']);

function kindOf(seen: SeenError): GatewayErrorKind {
  for (const code of seen.codes) {
    const kind = kindOfCode.get(bareCode(code));
    if (kind !== undefined) return kind;
  }
  if (seen.isUnparsable) return 'unavailable';
  return kindOfStatus(seen);
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
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    'IncompleteSignature',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    'OptInRequired',
    'CredentialsProviderError',
    'TokenProviderError',
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
