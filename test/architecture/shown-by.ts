type ReadPath = (path: string) => string | undefined;

/**
 * Reads the tables of a page and checks their last column: each row names at least one test file or sample in
 * backticks; a test's name may follow its file after a `›`.
 */
export function brokenReferencesIn(markdown: string, readPath: ReadPath): string[] {
  const rows = rowsOf(markdown);
  if (rows.length === 0) return ['the page has no table'];
  return rows.flatMap((cells) =>
    problemsIn(cells.at(-1) ?? '', readPath).map((problem) => `${cells[0]}: ${problem}`),
  );
}

function rowsOf(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s:|-]+\|$/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.at(-1) !== 'shown by');
}

function problemsIn(cell: string, readPath: ReadPath): string[] {
  const references = [...cell.matchAll(/`((?:test|sample)\/[^`]+)`(?:\s*›\s*([^;]+))?/g)];
  if (references.length === 0) return [`"${cell}" names no test and no sample`];
  return references.flatMap(
    ([, path = '', testName]) => problemWith(path, testName?.trim(), readPath) ?? [],
  );
}

function problemWith(
  path: string,
  testName: string | undefined,
  readPath: ReadPath,
): string | undefined {
  const text = readPath(path);
  if (text === undefined) return `${path} does not exist`;
  if (testName !== undefined && !text.includes(testName))
    return `${path} has no test "${testName}"`;
  return undefined;
}
