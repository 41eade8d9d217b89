export * from './codecs/codec-lookup.js';
export { jsonCodec } from './codecs/json-codec.js';
export { lenientJsonCodec } from './codecs/lenient-json-codec.js';
export * from './formats/native-format.js';
export * from './formats/pattern-route.js';
export * from './formats/raw-format.js';
export * from './schemas/check-task-data.js';
