import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT, type ProjectFile } from './files.ts';

/** What every page may use without saying where it comes from, each as a declaration. */
const GIVEN: readonly string[] = ["const redis: import('hawser/redis').Redis;"];

const BLOCK = /^```ts\n(?<code>[\s\S]*?)^```$/gm;
const IMPORT = /^import\b[^;]*;$/gm;

/**
 * What the compiler says of the blocks of TypeScript on these pages, each as `path:line: error`. A block is a module of its
 * own, but what was imported on its page before it is still there, and so is {@link GIVEN}.
 */
export function snippetErrors(pages: readonly ProjectFile[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-snippets-'));
  try {
    for (const page of pages) writeModules(folder, page);
    const given = `export {};\ndeclare global {\n${GIVEN.join('\n')}\n}\n`;
    writeFileSync(join(folder, 'given.ts'), given);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(projectOf()));
    return compile(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A module for each block, with its lines where the page has them. */
function writeModules(folder: string, { path, text }: ProjectFile): void {
  let imports = '';
  for (const { index, groups } of text.matchAll(BLOCK)) {
    const code = groups?.['code'] ?? '';
    const lines = text.slice(0, index).split('\n').length;
    const file = join(folder, `${path}.${lines}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, imports + '\n'.repeat(lines) + code);
    imports += (code.match(IMPORT) ?? []).join(' ').replaceAll('\n', ' ');
  }
}

function projectOf(): object {
  const entry = (layer: string): string[] => [join(ROOT, `src/${layer}/index.ts`)];
  return {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: true,
      composite: false,
      declaration: false,
      declarationMap: false,
      isolatedDeclarations: false,
      moduleDetection: 'force',
      typeRoots: [join(ROOT, 'node_modules/@types')],
      paths: { hawser: entry('core'), 'hawser/redis': entry('redis'), 'hawser/testing': entry('testing') },
    },
    include: ['**/*.ts'],
  };
}

function compile(folder: string): string[] {
  const compiler = [join(ROOT, 'node_modules/typescript/bin/tsc'), '--pretty', 'false'];
  const { stdout, stderr } = spawnSync(process.execPath, compiler, { cwd: folder, encoding: 'utf8' });
  if (stderr !== '') throw new Error(`The compiler said: ${stderr}`);
  return (
    stdout
      .split('\n')
      // Faults of src are outside the folder, and not the pages'.
      .filter((line) => /^[^. ]/.test(line))
      .map((line) => line.replace(/^(.*)\.\d+\.ts\((\d+),\d+\)/, '$1:$2'))
  );
}
