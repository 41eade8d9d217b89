import type { SourceImport } from './source-files.js';

/**
 * The layers, each with what it may import besides itself and packages. Left never imports right, and neighbours
 * never import each other: whatever is not listed is refused.
 */
const layers: Record<string, readonly string[]> = {
  contracts: [],
  primitives: ['contracts'],
  'queue-client': ['contracts', 'primitives'],
  serialization: ['contracts', 'primitives'],
  producer: ['contracts', 'primitives', 'queue-client', 'serialization'],
  consumer: ['contracts', 'primitives', 'queue-client', 'serialization'],
  nest: ['contracts', 'primitives', 'queue-client', 'serialization', 'producer', 'consumer'],
  // Features fill ports; they meet the engine only there.
  features: ['contracts', 'primitives', 'nest'],
};
/** The composition root and the testing kit join whatever there is. */
const unbound = ['index', 'testing'];
const pureLayers = ['contracts', 'primitives', 'serialization', 'producer', 'consumer'];
const serviceClients = /^(@aws-sdk\/|@smithy\/|fauxqs($|\/))/;

/** Why an import may not be; undefined where it may. */
export function objectionTo(found: SourceImport): string | undefined {
  return found.target === undefined
    ? objectionToPackage(layerOf(found.file), found.specifier)
    : objectionToFile(found.file, found.target);
}

function objectionToPackage(layer: string, specifier: string): string | undefined {
  if (serviceClients.test(specifier) && layer !== 'queue-client')
    return 'only lib/queue-client imports the AWS SDK or the emulator';
  if (specifier.startsWith('@nestjs/') && [...pureLayers, 'queue-client'].includes(layer))
    return `lib/${layer} does not know Nest`;
  return undefined;
}

function objectionToFile(file: string, target: string): string | undefined {
  if (!target.startsWith('lib/')) return 'lib imports only lib and packages';
  const [from, to] = [layerOf(file), layerOf(target)];
  if (to === 'testing' && from !== 'testing') return 'nothing imports the testing kit';
  if (unbound.includes(from)) return undefined;
  if (from === 'features' && to === 'features') return objectionBetweenFeatures(file, target);
  if (from === to || layers[from]?.includes(to)) return undefined;
  return layers[from] === undefined
    ? `lib/${from} is not a layer: give it a place in the layer table`
    : `lib/${from} may not import lib/${to}`;
}

function objectionBetweenFeatures(file: string, target: string): string | undefined {
  const [from, to] = [featureOf(file), featureOf(target)];
  return from === to || from === 'cli' ? undefined : `feature ${from} may not import feature ${to}`;
}

/** `lib/nest/x.ts` → `nest`; `lib/index.ts` → `index`. */
function layerOf(file: string): string {
  return (file.split('/')[1] ?? '').replace(/\.ts$/, '');
}

function featureOf(file: string): string {
  return file.split('/')[2] ?? '';
}
