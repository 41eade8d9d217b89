import type { DecodingBudget } from '../../contracts/decoding-budget.js';
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  endOfText,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
} from './json-text.js';
import { FieldNames, isIndex, type Shape } from './object-shapes.js';

/**
 * Takes from the budget what parsing this JSON would build, before anything is built. The text is read once, from front
 * to end; where it is no JSON, up to the place where the parser will stop or beyond.
 *
 * @throws UndecodableMessageError
 */
export function spendJson(json: string, budget: DecodingBudget): void {
  if (json.length > SMALL_TEXT || mayBeTooDeep(json, budget.limits.depth)) {
    new JsonReading(json, budget).spend();
  }
}

/** Characters of text that cannot build anything large: at worst some 4 ms and 700 kB. */
const SMALL_TEXT = 16_384;

function mayBeTooDeep(json: string, depth: number): boolean {
  return json.length > 2 * depth && (hasMore('[', json, depth) || hasMore('{', json, depth));
}

function hasMore(bracket: string, json: string, than: number): boolean {
  let count = 0;
  for (let at = json.indexOf(bracket); at !== -1; at = json.indexOf(bracket, at + 1)) {
    if (++count > than / 2) return true;
  }
  return false;
}

class JsonReading {
  /** The root is one; every element and field value is one more. */
  private values = 1;
  private containers = 0;
  private depth = 0;
  /** The root has ended, and nothing can follow. */
  private isOver = false;
  /** Of each object that is open, by its depth: what it has so far. */
  private readonly shapes: (Shape | undefined)[] = [];
  private readonly fieldCounts: number[] = [];
  private readonly names: FieldNames;

  constructor(
    private readonly json: string,
    private readonly budget: DecodingBudget,
  ) {
    this.names = new FieldNames(budget);
  }

  spend(): void {
    const { json, budget } = this;
    for (let at = 0; at < json.length && !this.isOver;) at = this.pass(at);
    budget.spend('containers', this.containers);
    budget.spend('values', this.values);
  }

  /** Passes the token at this place; answers where the next one is. */
  private pass(at: number): number {
    switch (this.json.charCodeAt(at)) {
      case QUOTE:
        return this.passText(at);
      case COMMA:
        this.values++;
        // No JSON: the parser stops here too.
        this.isOver = this.depth === 0;
        return at + 1;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        return this.open(at + 1);
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        this.depth--;
        this.isOver = this.depth <= 0;
        return at + 1;
      default:
        return at + 1;
    }
  }

  private open(at: number): number {
    this.containers++;
    this.depth++;
    if (this.depth > this.budget.limits.depth) throw this.budget.exceeded('depth');
    this.shapes[this.depth] = this.names.noFields;
    this.fieldCounts[this.depth] = 0;
    const next = skipSpace(this.json, at);
    const code = this.json.charCodeAt(next);
    if (code !== CLOSE_ARRAY && code !== CLOSE_OBJECT) this.values++;
    return next;
  }

  /** A text, or the name of a field where a colon follows. */
  private passText(quote: number): number {
    const { json } = this;
    const start = quote + 1;
    const likely = this.shapes[this.depth]?.likelyField;
    if (likely !== undefined && isTextAt(json, start, likely)) {
      this.addField(likely);
      return start + likely.length + 1;
    }
    const end = endOfText(json, quote);
    if (json.charCodeAt(skipSpace(json, end)) === COLON) this.addField(json.slice(start, end - 1));
    return end;
  }

  private addField(name: string): void {
    const { depth, shapes, fieldCounts, names } = this;
    const count = (fieldCounts[depth] ?? 0) + 1;
    fieldCounts[depth] = count;
    if (isIndex(name)) names.index(count);
    else shapes[depth] = names.next(shapes[depth], name, count);
  }
}

function isTextAt(json: string, start: number, text: string): boolean {
  return json.startsWith(text, start) && json.charCodeAt(start + text.length) === QUOTE;
}
