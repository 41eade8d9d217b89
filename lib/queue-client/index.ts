export * from './connect.js';
export * from './connection-options.js';
export { SqsEmbedded, type SqsEmbeddedSetup } from './embedded/embedded-sqs.js';
export * from './provisioner.js';
export * from './queue-address.js';
export * from './queue-directory.js';
export { QueueResources } from './queue-resources.js';
export { DEFAULT_CONNECTION, type RegisteredQueue } from './queue-registry.js';
export { SdkGateway, type SdkGatewaySetup } from './sdk/sdk-gateway.js';
