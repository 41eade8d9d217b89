import http from 'node:http';
import https from 'node:https';

type Env = Record<string, string | undefined>;

/** As they were when this file was loaded; a program may replace them at any time. */
const agents = { http: http.globalAgent, https: https.globalAgent };

/**
 * Why requests have to go through the client's own request handler, though nobody configured it: this process routes its
 * HTTP by agents or a proxy of its own, which an HTTP client of ours would bypass. Undefined where nothing of the kind
 * is known.
 */
export function whyClientHandler(env: Env): string | undefined {
  if (usesEnvProxy(env)) return "Node's HTTP client takes its proxy from the environment";
  if (isReplaced(http.globalAgent, http) || isReplaced(https.globalAgent, https)) {
    return "the global agents of Node's HTTP client were replaced";
  }
  const isPlain = dispatchers.every((name) => isPlainDispatcher(globals[name]));
  return isPlain ? undefined : 'the global dispatcher of undici was replaced';
}

function isReplaced(agent: http.Agent, { Agent }: { Agent: typeof http.Agent }): boolean {
  if (agent.constructor !== Agent) return true;
  if (agent !== agents.http && agent !== agents.https) return true;
  const options = optionsOf(agent);
  return telling.some((name) => options[name] !== undefined);
}

/** Options that decide where a connection goes, or whom it trusts. */
const telling = ['ca', 'cert', 'key', 'pfx', 'lookup', 'localAddress', 'socketPath'];

function usesEnvProxy(env: Env): boolean {
  const flags = [...process.execArgv, ...(env['NODE_OPTIONS'] ?? '').split(/\s+/)];
  const isAsked = env['NODE_USE_ENV_PROXY'] === '1' || flags.includes('--use-env-proxy');
  // So it is after `http.setGlobalProxyFromEnv()` too.
  return isAsked || optionsOf(https.globalAgent)['proxyEnv'] !== undefined;
}

function optionsOf(agent: http.Agent): Record<string, unknown> {
  return (agent as { options?: Record<string, unknown> }).options ?? {};
}

/** Where versions 6 to 8 of undici, Node's own among them, keep the dispatcher that requests go to by default. */
const dispatchers = [
  Symbol.for('undici.globalDispatcher.1'),
  Symbol.for('undici.globalDispatcher.2'),
];

const globals = globalThis as unknown as Record<symbol, Dispatcher | undefined>;

interface Dispatcher {
  dispatch?: unknown;
  [property: symbol]: unknown;
}

/** Undici's default: an `Agent` without interceptors and without a connector of its own. */
function isPlainDispatcher(dispatcher: Dispatcher | undefined): boolean {
  if (dispatcher === undefined || dispatcher === null) return true;
  const name = dispatcher.constructor?.name ?? '';
  // What newer versions put where older ones look; theirs is under the other symbol.
  if (name === 'Dispatcher1Wrapper') return true;
  const prototype = Object.getPrototypeOf(dispatcher) as Dispatcher;
  const isAgent = /^_?Agent$/.test(name) && dispatcher.dispatch === prototype.dispatch;
  return isAgent && settingsOf(dispatcher)?.connect === undefined;
}

function settingsOf(dispatcher: Dispatcher): { connect?: unknown } | undefined {
  const symbol = Object.getOwnPropertySymbols(dispatcher).find(
    ({ description }) => description === 'options',
  );
  return symbol === undefined ? undefined : (dispatcher[symbol] as { connect?: unknown });
}
