/** Sections of an ini file, by name; option names are in lower case. */
export type IniSections = Record<string, Record<string, string>>;

/** A line that is no part of an ini file. */
export class IniSyntaxError extends Error {}

/**
 * Reads an ini file as Python's `RawConfigParser` does: `name = value` or `name: value` under `[section]`, whole-line
 * comments with `#` or `;`, and values that go on in the indented lines below. Nothing is replaced inside of values.
 * @throws IniSyntaxError
 */
export function parseIni(text: string): IniSections {
  const reader = new IniReader();
  for (const [index, line] of text.split(/\r?\n/).entries()) reader.read(line, index + 1);
  return reader.sections();
}

class IniReader {
  // Without prototypes, so that no name of a section or an option means anything else.
  private readonly found: Record<string, Record<string, string[]>> = Object.create(null);
  private section: Record<string, string[]> | undefined;
  private value: string[] | undefined;

  read(line: string, number: number): void {
    if (/^\s*$/.test(line) || /^[#;]/.test(line)) return;
    if (/^\s/.test(line) && this.value !== undefined) void this.value.push(line.trim());
    else this.readStart(line.trim(), number);
  }

  sections(): IniSections {
    return mapValues(this.found, (section) =>
      mapValues(section, (lines) => lines.join('\n').trim()),
    );
  }

  private readStart(line: string, number: number): void {
    const [, section] = /^\[([^\]]+)\]/.exec(line) ?? [];
    if (section === undefined) this.readOption(line, number);
    else this.begin(section.trim());
  }

  private begin(name: string): void {
    this.section = this.found[name] ??= Object.create(null) as Record<string, string[]>;
    this.value = undefined;
  }

  private readOption(line: string, number: number): void {
    if (this.section === undefined)
      throw new IniSyntaxError(`line ${number} stands before any [section]: ${line}`);
    const [, name, first = ''] = /^([^:=]+?)\s*[:=]\s*(.*)$/.exec(line) ?? [];
    if (name === undefined)
      throw new IniSyntaxError(`line ${number} is no "name = value": ${line}`);
    this.value = [withoutComment(first)];
    this.section[name.toLowerCase()] = this.value;
  }
}

/** A semicolon after a space begins a comment, also behind a value. */
function withoutComment(value: string): string {
  return value.replace(/(^|\s);.*$/, '').trim();
}

function mapValues<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  const changed = Object.create(null) as Record<string, B>;
  for (const [name, value] of Object.entries(record)) changed[name] = change(value);
  return changed;
}
