import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

export interface SourceImport {
  file: string;
  /** As written. */
  specifier: string;
  /** The file it names, from the repository's root; undefined for a package. */
  target: string | undefined;
}

/** Files that git tracks, and new ones it does not ignore, from the repository's root. */
export function repositoryFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  return listed.split('\n').filter((file) => file !== '' && existsSync(file));
}

export function libraryFiles(): string[] {
  return repositoryFiles().filter((file) => file.startsWith('lib/') && file.endsWith('.ts'));
}

/** Static, type-only, dynamic and re-exporting imports alike. */
export function importsOf(file: string): SourceImport[] {
  return specifiersIn(file, readFileSync(file, 'utf8')).map((specifier) => ({
    file,
    specifier,
    target: targetOf(file, specifier),
  }));
}

export function specifiersIn(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) found.push(specifier);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, false));
  return found;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
    return textOf(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return textOf(node.argument.literal);
  if (ts.isCallExpression(node) && isLoading(node)) return textOf(node.arguments[0]);
  return undefined;
}

function isLoading(call: ts.CallExpression): boolean {
  if (call.expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(call.expression) && call.expression.text === 'require';
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function targetOf(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return normalize(join(dirname(file), specifier))
    .replaceAll('\\', '/')
    .replace(/\.js$/, '.ts');
}
