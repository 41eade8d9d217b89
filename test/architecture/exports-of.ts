import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** What a module exports, `export *` followed: one sorted line each, such as `class SqsModule`. */
export function exportsOf(file: string): string[] {
  return [...new Set(collect(file, new Set()))].toSorted(byName);
}

function byName(a: string, b: string): number {
  const [left, right] = [a.slice(a.indexOf(' ') + 1), b.slice(b.indexOf(' ') + 1)];
  return left < right ? -1 : Number(left > right);
}

function collect(file: string, seen: Set<string>): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.ES2022,
    false,
  );
  return source.statements.flatMap((statement) => exportsIn(statement, file, seen));
}

function exportsIn(statement: ts.Statement, file: string, seen: Set<string>): string[] {
  if (ts.isExportDeclaration(statement)) return reExports(statement, file, seen);
  if (!isExported(statement)) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(
      ({ name }) => `const ${(name as ts.Identifier).text}`,
    );
  }
  return declaredName(statement);
}

function reExports(declaration: ts.ExportDeclaration, file: string, seen: Set<string>): string[] {
  const target = moduleFile(declaration, file);
  const clause = declaration.exportClause;
  if (clause === undefined) return target === undefined ? [] : collect(target, seen);
  if (!ts.isNamedExports(clause)) return [`namespace ${clause.name.text}`];
  const declared = target === undefined ? [] : collect(target, new Set());
  return clause.elements.map(({ name, propertyName }) => {
    const kind = kindOf((propertyName ?? name).text, declared);
    return `${declaration.isTypeOnly ? 'type' : kind} ${name.text}`;
  });
}

function kindOf(name: string, declared: readonly string[]): string {
  const line = declared.find((candidate) => candidate.endsWith(` ${name}`));
  return line?.slice(0, line.indexOf(' ')) ?? 'value';
}

function declaredName(statement: ts.Statement): string[] {
  if (ts.isClassDeclaration(statement)) return [`class ${statement.name?.text ?? 'default'}`];
  if (ts.isFunctionDeclaration(statement)) return [`function ${statement.name?.text ?? 'default'}`];
  if (ts.isInterfaceDeclaration(statement)) return [`interface ${statement.name.text}`];
  if (ts.isTypeAliasDeclaration(statement)) return [`type ${statement.name.text}`];
  if (ts.isEnumDeclaration(statement)) return [`enum ${statement.name.text}`];
  return [];
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function moduleFile(declaration: ts.ExportDeclaration, file: string): string | undefined {
  const specifier = declaration.moduleSpecifier;
  if (specifier === undefined || !ts.isStringLiteral(specifier)) return undefined;
  const target = join(dirname(file), specifier.text).replace(/\.js$/, '.ts');
  return existsSync(target) ? target : undefined;
}
