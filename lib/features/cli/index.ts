export { cliFeature, SQS_WORKER_OPTIONS } from './cli.feature.js';
