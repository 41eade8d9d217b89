import { fileURLToPath } from 'node:url';

/**
 * What the end of a .cpuprofile says: how long each function was itself at work, in microseconds, most first. Idle
 * time is left out.
 */
export function selfTimes(profile, lastMs = Infinity) {
  const fromMicros = profile.endTime - lastMs * 1000;
  const microsOf = new Map();
  let at = profile.startTime;
  profile.samples.forEach((id, index) => {
    // A sample stands for the time until the next one.
    at += profile.timeDeltas[index];
    if (at < fromMicros) return;
    microsOf.set(id, (microsOf.get(id) ?? 0) + (profile.timeDeltas[index + 1] ?? 0));
  });
  const functions = profile.nodes.map((node) => ({
    ...describe(node.callFrame),
    micros: microsOf.get(node.id) ?? 0,
  }));
  return added(functions.filter(({ name, micros }) => name !== '(idle)' && micros > 0));
}

/** The same, by a key: a function's name, or its layer. */
export function added(functions, keyOf = ({ layer, name }) => `${layer} ${name}`) {
  const sums = new Map();
  for (const one of functions) {
    const key = keyOf(one);
    const sum = sums.get(key) ?? { ...one, micros: 0 };
    sum.micros += one.micros;
    sums.set(key, sum);
  }
  return [...sums.values()].toSorted((a, b) => b.micros - a.micros);
}

function describe({ functionName, url, lineNumber }) {
  const name = functionName || `(anonymous, line ${lineNumber + 1})`;
  return { name, layer: layerOf(url, functionName) };
}

/** A layer of this library, a package, a module of Node, or the engine itself. */
function layerOf(url, functionName) {
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(program)') return 'native code, system calls';
  if (url === '') return 'built into JavaScript';
  if (url.startsWith('node:')) return url.replace(/^node:internal\//, 'node:');
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  const packagePath = path.split('/node_modules/').at(-1);
  if (packagePath !== path) return /^(@[^/]+\/)?[^/]+/.exec(packagePath)[0];
  const own = /\/dist\/(?:(queue-client\/[^/]+|[^/]+)\/)/.exec(path);
  return own ? own[1] : 'the benchmark';
}
