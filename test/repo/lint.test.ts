import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from './files.ts';
import { lint } from './linter.ts';

/** One fault per rule that must not be lost when the linter or its configuration changes. */
const FAULTS: Readonly<Record<string, string>> = {
  'eslint(eqeqeq)': 'export const same = (a: number, b: number): boolean => a == b;',
  'eslint(no-console)': "console.log('noise');",
  'eslint(no-unused-vars)': 'const unused = 1;',
  'import(no-cycle)': "import { other } from './cycle.ts';\nexport const one: number = other;",
  'typescript(await-thenable)': 'export const now = async (): Promise<number> => await 1;',
  'typescript(consistent-type-imports)':
    "import { Shape } from './shape.ts';\nexport const shapes: Shape[] = [];",
  'typescript(no-explicit-any)': 'export const anything = (value: any): unknown => value;',
  'typescript(no-floating-promises)': 'export function forget(): void {\n  Promise.resolve();\n}',
  'typescript(no-misused-promises)':
    'export const each = (): void => [1].forEach(async () => Promise.resolve());',
  'typescript(no-unsafe-return)': "export const parse = (): string => JSON.parse('1');",
  'typescript(only-throw-error)': "export const fail = (): void => {\n  throw 'text';\n};",
  'typescript(return-await)':
    'export async function lost(): Promise<number> {\n  try {\n    return Promise.resolve(1);\n  } catch {\n    return 2;\n  }\n}',
  'typescript(switch-exhaustiveness-check)':
    "export function read(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}",
  'unicorn(no-process-exit)': 'process.exit(1);',
};

const folder = mkdtempSync(join(tmpdir(), 'hawser-lint-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The rules that the project's linter finds broken in a file of src. */
function brokenRules(texts: Readonly<Record<string, string>>): Map<string, string[]> {
  mkdirSync(join(folder, 'src'), { recursive: true });
  copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', types: [], noEmit: true },
      include: ['src'],
    }),
  );
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, 'src', name), `${text}\n`);
  const broken = new Map<string, string[]>();
  for (const { filename, code, severity } of lint(folder)) {
    if (severity === 'error') broken.set(filename, [...(broken.get(filename) ?? []), code ?? '']);
  }
  return broken;
}

describe('the linter', () => {
  const rules = Object.keys(FAULTS);
  const names = rules.map((_, index) => `fault-${index}.ts`);
  const broken = brokenRules({
    ...Object.fromEntries(rules.map((rule, index) => [`fault-${index}.ts`, FAULTS[rule] ?? ''])),
    'cycle.ts': `import { one } from './fault-${rules.indexOf('import(no-cycle)')}.ts';\nexport const other: number = one;`,
    'shape.ts': 'export interface Shape {\n  readonly sides: number;\n}',
  });

  test.each(rules.map((rule, index) => ({ rule, name: names[index] ?? '' })))(
    'finds a planted fault of $rule',
    ({ rule, name }) => {
      expect(broken.get(`src/${name}`)).toContain(rule);
    },
  );

  test('finds nothing in a file without fault', () => {
    expect(broken.get('src/shape.ts')).toBeUndefined();
  });
});
