export * from './connect.js';
export * from './connection-options.js';
export { SqsEmbedded, type SqsEmbeddedSetup } from './embedded/embedded-sqs.js';
export * from './provisioner.js';
export * from './queue-address.js';
export * from './queue-directory.js';
export { DEFAULT_CONNECTION, type RegisteredQueue } from './queue-registry.js';
export { SdkCalls, type HotCalls } from './sdk/hot-calls.js';
export { SdkGateway, type SdkGatewaySetup } from './sdk/sdk-gateway.js';
