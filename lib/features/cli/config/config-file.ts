import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { parseDocument, visit } from 'yaml';
import type { Node, Scalar } from 'yaml';
import { ConfigFileError } from '../errors/cli-errors.js';
import { firstSentence } from '../errors/first-sentence.js';
import { parseIni } from './ini.js';

/** What a configuration file says, as it stands there. */
export interface ConfigFile {
  readonly kind: 'ini' | 'json' | 'yaml';
  readonly container: Readonly<Record<string, unknown>>;
  readonly worker: Readonly<Record<string, unknown>>;
  /** Sections that mean nothing here. */
  readonly otherSections: readonly string[];
}

/**
 * Reads a file of `[container]` and `[worker]`, by its ending.
 * @throws ConfigFileError
 */
export function readConfigFile(file: string, cwd: string): ConfigFile {
  const kind = kindOf(file);
  const content = contentOf(file, kind, readText(file, cwd));
  const { container, worker, ...others } = content;
  return {
    kind,
    container: section(file, 'container', container),
    worker: section(file, 'worker', worker ?? {}),
    otherSections: Object.keys(others),
  };
}

const KINDS: Record<string, ConfigFile['kind']> = {
  '.json': 'json',
  '.yaml': 'yaml',
  '.yml': 'yaml',
};

/** A name without ending is an ini file: zc.sqs did not ask for one. */
function kindOf(file: string): ConfigFile['kind'] {
  return KINDS[extname(file).toLowerCase()] ?? 'ini';
}

function readText(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    const isMissing = (cause as { code?: string }).code === 'ENOENT';
    const reason = isMissing ? 'it does not exist' : firstSentence(cause);
    throw new ConfigFileError({ file, reason, cause });
  }
}

const parsers = { ini: parseIni, json: JSON.parse, yaml: parseYamlText };

function contentOf(file: string, kind: ConfigFile['kind'], text: string): Record<string, unknown> {
  try {
    const parsed: unknown = parsers[kind](text);
    if (isSection(parsed)) return parsed;
  } catch (cause) {
    throw new ConfigFileError({ file, reason: firstSentence(cause).replace(/[.:]$/, ''), cause });
  }
  throw new ConfigFileError({ file, reason: 'expected the sections "container" and "worker"' });
}

/** Aliases are bounded by the library, so that a small file cannot become a huge one. */
function parseYamlText(text: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  visit((document.get('container', true) ?? null) as Node | null, {
    Scalar: (_key, scalar) => asWritten(scalar),
  });
  return document.toJS();
}

/** Numbers are written one way in every kind of file: what only YAML reads as one, such as `0x10`, stays text. */
function asWritten(scalar: Scalar): void {
  if (scalar.format === 'HEX' || scalar.format === 'OCT') scalar.value = scalar.source;
}

function section(file: string, name: string, value: unknown): Record<string, unknown> {
  if (isSection(value)) return value;
  const found = value === undefined ? 'none' : `a ${Array.isArray(value) ? 'list' : typeof value}`;
  throw new ConfigFileError({ file, reason: `expected a section "${name}", got ${found}` });
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
