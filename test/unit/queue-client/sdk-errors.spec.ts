import type { GatewayErrorKind } from '../../../lib/contracts/index.js';
import { toGatewayError } from '../../../lib/queue-client/sdk/sdk-errors.js';

const call = { operation: 'ReceiveMessage', queue: 'emails' };

const named = (name: string, status = 400) =>
  Object.assign(new Error(`${name} happened`), { name, $metadata: { httpStatusCode: status } });

class STSServiceException extends Error {}
class AccessDeniedException extends STSServiceException {}

/** As the SDK throws it for a call that it makes to get credentials. */
const ofSts = (name: string, status: number) =>
  Object.assign(new AccessDeniedException(`${name} happened`), {
    name,
    $metadata: { httpStatusCode: status },
  });

const network = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe('toGatewayError', () => {
  const table: [string, unknown, GatewayErrorKind][] = [
    ['a missing queue, JSON protocol', named('QueueDoesNotExist'), 'queue-not-found'],
    [
      'a missing queue, query protocol',
      named('AWS.SimpleQueueService.NonExistentQueue'),
      'queue-not-found',
    ],
    [
      'a missing queue, with namespace',
      named('com.amazonaws.sqs#QueueDoesNotExist'),
      'queue-not-found',
    ],
    ['a missing move source', named('ResourceNotFoundException', 404), 'queue-not-found'],
    ['denied access', named('AccessDenied', 403), 'access-denied'],
    ['denied access, JSON protocol', named('AccessDeniedException'), 'access-denied'],
    ['an unknown key id', named('InvalidClientTokenId', 403), 'unauthenticated'],
    ['a wrong secret', named('SignatureDoesNotMatch', 403), 'unauthenticated'],
    ['no credentials', named('CredentialsProviderError', undefined), 'unauthenticated'],
    ['an SSO session that has ended', named('TokenProviderError', undefined), 'unauthenticated'],
    ['a role that may not be taken', ofSts('AccessDenied', 403), 'unauthenticated'],
    ['a web identity that is refused', ofSts('InvalidIdentityToken', 400), 'unauthenticated'],
    ['throttling by STS', ofSts('ThrottlingException', 400), 'throttled'],
    ['an internal failure of STS', ofSts('Strange', 500), 'unavailable'],
    ['a 403 without known code', named('Forbidden', 403), 'access-denied'],
    ['a KMS key that is not ours', named('KmsAccessDenied'), 'access-denied'],
    ['a KMS key that is off, query protocol', named('KMS.DisabledException'), 'access-denied'],
    ['throttling by SQS', named('RequestThrottled', 403), 'throttled'],
    ['throttling by AWS', named('ThrottlingException'), 'throttled'],
    ['throttling by KMS', named('KmsThrottled'), 'throttled'],
    ['a 429', named('Strange', 429), 'throttled'],
    ['too many in flight', named('OverLimit', 403), 'over-limit'],
    ['too many in flight, query protocol', named('AWS.SimpleQueueService.OverLimit'), 'over-limit'],
    ['expired credentials', named('ExpiredTokenException', 403), 'unavailable'],
    ['a clock that is off', named('RequestTimeTooSkewed', 403), 'unavailable'],
    ['an internal failure', named('InternalFailure', 500), 'unavailable'],
    ['a 502 of a proxy', named('UnknownError', 502), 'unavailable'],
    ['a 504 of a proxy', named('UnknownError', 504), 'timeout'],
    ['a refused connection', network('ECONNREFUSED'), 'unavailable'],
    ['a reset connection', network('ECONNRESET'), 'unavailable'],
    ['an unknown host', network('ENOTFOUND'), 'unavailable'],
    ['a lost packet', network('ETIMEDOUT'), 'timeout'],
    ['a request timeout', named('TimeoutError', undefined), 'timeout'],
    ['an abort', named('AbortError', undefined), 'aborted'],
    ['an answer that is no JSON', new SyntaxError('Unexpected token <'), 'unavailable'],
    [
      'a body that does not fit its sum',
      new Error('Invalid MD5 checksum on messages: m'),
      'unavailable',
    ],
    ['an answer of 200 that was not understood', named('TypeError', 200), 'unavailable'],
    ['a recent deletion', named('QueueDeletedRecently'), 'conflict'],
    ['another queue of that name', named('QueueAlreadyExists'), 'conflict'],
    ['a purge under way', named('AWS.SimpleQueueService.PurgeQueueInProgress', 403), 'conflict'],
    ['an unknown action', named('InvalidAction'), 'unsupported'],
    ['a wrong parameter', named('InvalidParameterValue'), 'invalid-request'],
    ['a 413', named('Strange', 413), 'invalid-request'],
    ['what nobody knows', new Error('hm'), 'unknown'],
    ['what is no error', 'text', 'unknown'],
    ['nothing at all', undefined, 'unknown'],
  ];

  test.each(table)('maps %s', (_, error, kind) => {
    expect(toGatewayError(error, call).kind).toBe(kind);
  });

  test.each([
    ['cannot be had', named('CredentialsProviderError', undefined)],
    ['are not known any more', named('InvalidClientTokenId', 403)],
    ['do not fit their secret', named('SignatureDoesNotMatch', 403)],
    ['are of a role that is being changed', ofSts('AccessDenied', 403)],
  ])('credentials that %s, once the service had accepted them, are passing', (_, error) => {
    const failure = toGatewayError(error, { ...call, standing: { wasAccepted: true } });
    expect(failure).toMatchObject({ kind: 'unavailable', isPassing: true });
  });

  test('a right that is missing stays missing, whatever was allowed before', () => {
    const failure = toGatewayError(named('AccessDenied', 403), {
      ...call,
      standing: { wasAccepted: true },
    });
    expect(failure.kind).toBe('access-denied');
  });

  test('without credentials says the reason of the SDK and what to do', () => {
    const reason = 'Could not load credentials from any providers';
    const error = Object.assign(new Error(reason), { name: 'CredentialsProviderError' });
    const { message } = toGatewayError(error, { operation: 'GetQueueUrl', queue: 'emails' });
    expect(message).toContain(`GetQueueUrl on emails failed: ${reason}`);
    expect(message).toMatch(/AWS_ACCESS_KEY_ID.*connection: \{ embedded: true \}/);
    expect(message).not.toMatch(/denied/i);
  });

  test('finds the code of the query protocol beside a name that tells nothing', () => {
    const error = Object.assign(new Error('gone'), {
      name: 'Error',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
    });
    expect(toGatewayError(error, call)).toMatchObject({
      kind: 'queue-not-found',
      code: 'AWS.SimpleQueueService.NonExistentQueue',
    });
  });

  test('is aborted whatever the SDK threw, once our signal was aborted', () => {
    const error = toGatewayError(network('ECONNRESET'), { ...call, signal: AbortSignal.abort() });
    expect(error.kind).toBe('aborted');
  });

  test('says something where Node says nothing', () => {
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    const error = toGatewayError(refused, call);
    expect(error.message).toBe('ReceiveMessage on emails failed: ECONNREFUSED (ECONNREFUSED)');
    expect(error.cause).toBe(refused);
  });
});
