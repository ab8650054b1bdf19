import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/core/machine/index.ts';
import { undocumentedCodes } from './error-page.ts';
import { codeIn, projectFiles, type ProjectFile } from './files.ts';
import { brokenWalls } from './import-walls.ts';
import { downloadAddresses, looseVersions, runtimeDependencies } from './packages.ts';
import { publicNames } from './public-names.ts';
import { FILE_LINES_MAX, longFiles, longFunctions } from './sizes.ts';
import { machineTraces, settableClocks, silencedTests, unwantedWords, workMarkers } from './wording.ts';

/** Files that are longer than others may be, each with the reason. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'src/redis/generated/server-commands.ts': 'made by a script, and read a method at a time',
  'src/redis/generated/sorted-set-commands.ts': 'made by a script, and read a method at a time',
};

/** Functions that are longer than others may be, as `path: first line`, each with the reason. */
const LONG_FUNCTIONS: Readonly<Record<string, string>> = {};

const CODE_FOLDERS = ['src', 'test', 'examples', 'faults', 'bench', 'scripts', 'tools'];

const files = projectFiles();
const sources = codeIn(files, 'src');
const code = codeIn(files, ...CODE_FOLDERS);

function textOf(path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new Error(`There is no ${path}`);
  return file.text;
}

function filesNamed(name: string): ProjectFile[] {
  return files.filter(({ path }) => `/${path}`.endsWith(`/${name}`));
}

function sample(path: string, text: string): ProjectFile[] {
  return [{ path, text }];
}

/** Text that this file must not hold itself, since it is checked too. */
function joined(...parts: readonly string[]): string {
  return parts.join('');
}

describe('the checks read the project', () => {
  test('they find its files and leave out what is built or installed', () => {
    const paths = files.map(({ path }) => path);
    expect(paths).toContain('package.json');
    expect(paths).toContain('test/repo/tidy.test.ts');
    expect(sources.map(({ path }) => path)).toContain('src/core/machine/errors.ts');
    expect(paths.filter((path) => /(?:^|\/)(?:node_modules|dist|build|\.git)\//.test(path))).toEqual([]);
  });
});

describe('sizes', () => {
  test('exactly the files with a reason are longer than the limit', () => {
    expect(longFiles(code)).toEqual(Object.keys(LONG_FILES));
  });

  test('exactly the functions with a reason are longer than the limit', () => {
    const folders = CODE_FOLDERS.filter((folder) => codeIn(files, folder).length > 0);
    expect(longFunctions(folders).toSorted()).toEqual(Object.keys(LONG_FUNCTIONS).toSorted());
  });

  test('a file of one line too many is found', () => {
    expect(longFiles(sample('src/a.ts', 'x\n'.repeat(FILE_LINES_MAX)))).toEqual([]);
    expect(longFiles(sample('src/a.ts', 'x\n'.repeat(FILE_LINES_MAX + 1)))).toEqual(['src/a.ts']);
  });

  test('a function of one line too many is found, a chapter of tests is not', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hawser-tidy-'));
    const path = join(folder, 'long.ts');
    const body = (lines: number): string => 'call();\n'.repeat(lines - 2);
    writeFileSync(
      path,
      `function fits() {\n${body(70)}}\n` +
        `const tooLong = async () => {\n${body(71)}};\n` +
        `describe('a chapter', () => {\n${body(200)}});\n`,
    );
    try {
      expect(longFunctions([folder])).toEqual([`${path}: const tooLong = async () => {`]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('import walls', () => {
  test('every module imports only what its layer may', () => {
    expect(brokenWalls(sources)).toEqual([]);
  });

  test.each([
    ['src/core/machine/a.ts', "import { b } from '../transport.ts';"],
    ['src/core/machine/a.ts', "import type { Buffer } from 'node:buffer';"],
    ['src/core/a.ts', "import { b } from './machine/errors.ts';"],
    ['src/core/a.ts', "export { b } from '../redis/index.ts';"],
    ['src/core/a.ts', "import {\n  b,\n} from '../testing/index.ts';"],
    ['src/redis/resp/a.ts', "import { b } from '../../core/transport.ts';"],
    ['src/redis/a.ts', "import { b } from '../core/machine/index.ts';"],
    ['src/testing/a.ts', "import { b } from '../core/transport.ts';"],
    ['src/testing/a.ts', "import { b } from '../redis/index.ts';"],
    ['src/redis/a.ts', "import { b } from '../testing/index.ts';"],
    ['src/redis/a.ts', "import 'ioredis';"],
    ['src/redis/a.ts', "const b = await import('ioredis');"],
    ['src/redis/a.ts', "import { b } from 'hawser';"],
    ['src/core/a.ts', "import { b } from '../../test/b.ts';"],
    ['src/utensils/a.ts', ''],
  ])('%s may not say: %j', (path, text) => {
    expect(brokenWalls(sample(path, text))).toHaveLength(1);
  });

  test.each([
    ['src/core/machine/a.ts', "import { b } from './deep/b.ts';"],
    ['src/core/a.ts', "import { b } from './machine/index.ts';\nimport net from 'node:net';"],
    ['src/redis/resp/a.ts', "import { b } from '../../core/index.ts';\nimport { c } from '../c.ts';"],
    [
      'src/testing/a.ts',
      "import { b } from '../core/index.ts';\nimport { c } from '../core/machine/index.ts';",
    ],
    ['src/redis/a.ts', "/**\n * import { Redis } from 'hawser/redis';\n */"],
  ])('%s may say: %j', (path, text) => {
    expect(brokenWalls(sample(path, text))).toEqual([]);
  });
});

describe('wording', () => {
  test('src says each thing with the one word that the project has for it', () => {
    // The words of commands, such as LCS's LEN and IDX, are Redis's own.
    const written = sources.filter(({ path }) => !path.startsWith('src/redis/generated/'));
    expect(unwantedWords(written)).toEqual([]);
  });

  test('an abbreviation is found inside a name, a word in capitals is let be', () => {
    expect(unwantedWords(sample('src/a.ts', 'const connState = idx;'))).toHaveLength(2);
    expect(unwantedWords(sample('src/a.ts', 'const MAX_LEN = connection("SHUTDOWN", -ERR);'))).toEqual([]);
  });

  test('no file marks unfinished work', () => {
    expect(workMarkers(files)).toEqual([]);
    expect(workMarkers(sample('src/a.ts', `// ${joined('TO', 'DO')}: later`))).toHaveLength(1);
  });

  test('no test is silenced or silences others', () => {
    expect(silencedTests(codeIn(files, 'test'))).toEqual([]);
    for (const word of ['only', 'skip', 'todo', 'skipIf', 'runIf']) {
      expect(silencedTests(sample('test/a.test.ts', `test.${word}('x', () => {});`))).toHaveLength(1);
    }
  });

  test('src reads no clock that can be set', () => {
    expect(settableClocks(sources)).toEqual([]);
    expect(settableClocks(sample('src/core/age.ts', 'const age = Date.now() - since;'))).toHaveLength(1);
    expect(settableClocks(sample('src/core/age.ts', 'const today = new Date();'))).toHaveLength(1);
  });

  test('no file names a path of a machine or a package registry', () => {
    expect(machineTraces(files)).toEqual([]);
    expect(machineTraces(sample('a.md', joined('see /ho', 'me/me/x')))).toHaveLength(1);
    expect(machineTraces(sample('.npmrc', joined('regis', 'try=https://x')))).toHaveLength(1);
    expect(machineTraces(sample('a.json', joined('https://regis', 'try.example.org/x')))).toHaveLength(1);
  });
});

describe('packages', () => {
  test('every dependency is pinned to one version', () => {
    expect(filesNamed('package.json').flatMap(looseVersions)).toEqual([]);
    const loose = '{ "dependencies": { "a": "^1.0.0", "b": "1.0.0" }, "devDependencies": { "c": "latest" } }';
    expect(sample('package.json', loose).flatMap(looseVersions)).toHaveLength(2);
  });

  test('the package brings no other package along', () => {
    expect(runtimeDependencies({ path: 'package.json', text: textOf('package.json') })).toEqual([]);
    expect(
      runtimeDependencies({ path: 'package.json', text: '{ "peerDependencies": { "a": "1.0.0" } }' }),
    ).toEqual(['a']);
  });

  test('no lock file says where a package was downloaded', () => {
    expect(filesNamed('package-lock.json').flatMap(downloadAddresses)).toEqual([]);
    const lock =
      '{ "packages": { "a": { "resolved": "https://x/a.tgz", "funding": { "url": "https://y" } } } }';
    expect(downloadAddresses({ path: 'package-lock.json', text: lock })).toHaveLength(1);
  });
});

describe('error codes', () => {
  test('docs/errors.md tells of every code, and of no other', () => {
    expect(undocumentedCodes(ERROR_CODES, textOf('docs/errors.md'))).toEqual([]);
  });

  test('a code that is only in the list, and one that is only on the page, are found', () => {
    const page =
      '| Code | Meaning |\n| --- | --- |\n| `GONE` | - |\n\n### `KEPT`\n\n| Other |\n| --- |\n| `OTHER` |\n';
    expect(undocumentedCodes(['KEPT', 'NEW'], page)).toEqual([
      'NEW is not on the page',
      'GONE is on the page only',
    ]);
  });
});

describe('public names', () => {
  test('the entry points export exactly the names in public-names.txt', async () => {
    const lists = ['core', 'redis', 'redis/cluster', 'testing'].map((folder) => {
      const entry = folder === 'core' ? 'hawser' : `hawser/${folder}`;
      return publicNames(textOf(`src/${folder}/index.ts`)).map((name) => `${entry}: ${name}\n`);
    });
    // A change that is meant: npx vitest run test/repo -u
    await expect(lists.flat().join('')).toMatchFileSnapshot('public-names.txt');
  });

  test('an index is read name by name, and may hold nothing else', () => {
    const index =
      "export { b, type A, x as c } from './b.ts';\nexport type {\n  D,\n} from './d.ts'; // why\n";
    expect(publicNames(index)).toEqual(['b', 'c', 'type A', 'type D']);
    expect(() => publicNames("export * from './b.ts';")).toThrow('only lists names');
    expect(() => publicNames('export const a = 1;')).toThrow('only lists names');
  });
});
