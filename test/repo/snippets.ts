import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT, type ProjectFile } from './files.ts';

/** What every page may use without saying where it comes from. */
const GIVEN = `
declare const redis: import('hawser/redis').Redis;
declare const memcached: typeof import('${ROOT}examples/memcached/protocol.ts').memcached;
declare const question: typeof import('${ROOT}examples/memcached/protocol.ts').question;

declare module '@opentelemetry/api' {
  interface Observable {
    addCallback(observe: (result: { observe(value: number, attributes: object): void }) => void): void;
  }
  interface Meter {
    createObservableCounter(name: string, options?: { unit: string }): Observable;
    createObservableUpDownCounter(name: string, options?: { unit: string }): Observable;
    createHistogram(name: string, options?: { unit: string }): { record(value: number, attributes: object): void };
  }
  export const metrics: { getMeter(name: string): Meter };
  export interface Span {
    setAttribute(name: string, value: string): this;
    setStatus(status: { code: number; message?: string }): this;
    end(): void;
  }
  interface Tracer {
    startSpan(name: string, options: { kind: number; attributes: Record<string, string> }): Span;
  }
  export const trace: { getTracer(name: string): Tracer };
  export const SpanKind: { readonly CLIENT: number };
  export const SpanStatusCode: { readonly ERROR: number };
}
`;

const BLOCK = /^```ts\n(?<code>[\s\S]*?)^```$/gm;
const IMPORT = /^import (?<type>type )?\{(?<names>[^}]*)\} from (?<from>'[^']+');/gm;

/**
 * What the compiler says of the blocks of TypeScript on these pages, each as `path:line: error`. What a page has imported
 * or declared holds further down, until it is declared anew; {@link GIVEN} holds everywhere.
 */
export function snippetErrors(pages: readonly ProjectFile[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-snippets-'));
  try {
    for (const { path, text } of pages) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, `${path}.ts`), moduleOf(text));
    }
    writeFileSync(join(folder, 'given.d.ts'), GIVEN);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(projectOf()));
    return compile(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A page as a module, line by line: each block is a scope within the one before, and imports stand at the end, once. */
function moduleOf(page: string): string {
  const imports = new Set<string>();
  const withoutImports = (code: string): string =>
    code.replaceAll(IMPORT, (statement, type: string | undefined, names: string, from: string) => {
      for (const name of names.split(',').map((part) => part.trim())) {
        if (name !== '') imports.add(`import { ${type ?? ''}${name} } from ${from};`);
      }
      return statement.replaceAll(/[^\n]/g, '');
    });
  let module = '';
  let end = 0;
  let blocks = 0;
  for (const { index, 0: block, groups } of page.matchAll(BLOCK)) {
    module += `${page.slice(end, index).replaceAll(/[^\n]/g, '')}{\n${withoutImports(groups?.['code'] ?? '')}`;
    end = index + block.length;
    blocks += 1;
  }
  return `${module}${'}'.repeat(blocks)}\n${[...imports].join('\n')}\nexport {};\n`;
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
      paths: {
        hawser: entry('core'),
        'hawser/redis': entry('redis'),
        'hawser/redis/cluster': entry('redis/cluster'),
        'hawser/testing': entry('testing'),
      },
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
      .map((line) => line.replace(/^(.*)\.ts\((\d+),\d+\)/, '$1:$2'))
  );
}
