// Looks at the package as its users get it: `npm run check:package`. Packs a fresh copy of the sources, so that nothing
// stale in dist is looked at or shipped, and runs everything on that one archive. Its tools are installed by itself.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkCommonJs, checkCompilers, checkJest } from './consumers.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TYPESCRIPT = join(ROOT, 'node_modules/typescript/bin/tsc');

/** What of the project the package is made from. */
const SOURCES = [
  'package.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'src',
  'scripts/bundle.mjs',
  'docs',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  'NOTICE.md',
];

/** What runs: what `npm pack` has joined. `core/index` only names what is in chunks. */
const RUN = [
  'core/index.js',
  ...[
    'chunks/behaviour.js',
    'chunks/core.js',
    'chunks/redis.js',
    'redis/cluster/index.js',
    'redis/index.js',
    'testing/index.js',
  ].flatMap((path) => [path, `${path}.map`]),
];

/**
 * Runs a command with its complaints shown; throws when it fails.
 * @param {string} title
 * @param {string} folder where it runs
 * @param {readonly string[]} command
 * @returns {string} what it printed
 */
function run(title, folder, command) {
  console.log(`== ${title}`);
  const [program = '', ...options] = command;
  const { status, stdout, error } = spawnSync(program, options, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${stdout}\n${title}: failed`);
  return stdout;
}

/**
 * Builds and packs a fresh copy of the sources.
 * @param {string} folder an empty one
 * @returns {{ archive: string, paths: string[] }} the archive, and the files in it
 */
function pack(folder) {
  for (const source of SOURCES) {
    if (existsSync(join(ROOT, source))) cpSync(join(ROOT, source), join(folder, source), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  run('build', folder, [process.execPath, TYPESCRIPT, '-b']);
  run('bundle', folder, [process.execPath, 'scripts/bundle.mjs']);
  /** @type {{ filename: string, files: { path: string }[] }[]} */
  const packed = JSON.parse(run('pack', folder, ['npm', 'pack', '--json', '--ignore-scripts']));
  const [result] = packed;
  if (result === undefined) throw new Error('npm packed nothing');
  return { archive: join(folder, result.filename), paths: result.files.map(({ path }) => path) };
}

/**
 * Throws unless the archive holds each module of src with its declarations, the few files that run, the papers, and nothing else.
 * @param {readonly string[]} paths
 */
function checkContents(paths) {
  console.log(`== contents: ${paths.length} files`);
  const modules = paths.filter((path) => /^src\/.*\.ts$/.test(path));
  const expected = new Set([
    'package.json',
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'NOTICE.md',
    ...modules.flatMap((path) => {
      const built = path.replace(/^src/, 'dist').replace(/\.ts$/, '');
      return [path, `${built}.d.ts`, `${built}.d.ts.map`];
    }),
    ...RUN.map((name) => `dist/${name}`),
  ]);
  const unexpected = paths.filter((path) => !expected.has(path) && !/^docs\/.*\.(?:md|svg)$/.test(path));
  const tests = paths.filter((path) => /(?:^|\/)tests?\/|\.(?:test|spec)\./.test(path));
  const missing = [...expected].filter(
    (path) => /^(?:dist|src)\/|^LICENSE$|^NOTICE\.md$/.test(path) && !paths.includes(path),
  );
  const faults = { unexpected, tests, missing };
  if (Object.values(faults).some((list) => list.length > 0)) throw new Error(JSON.stringify(faults, null, 2));
}

/**
 * Installs the archive into an empty project, compiles a user's file against it and runs that.
 * @param {string} folder an empty one
 * @param {string} archive
 */
function checkConsumer(folder, archive) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    module: 'nodenext',
    target: 'es2022',
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  cpSync(join(HERE, 'consumer.ts'), join(folder, 'consumer.ts'));
  run('install into an empty project', folder, ['npm', 'install', '--offline', '--no-package-lock', archive]);
  symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'), 'junction');
  run("compile a user's file", folder, [process.execPath, TYPESCRIPT, '-p', '.']);
  console.log(run("run a user's file", folder, [process.execPath, 'consumer.js']).trim());
}

const folder = mkdtempSync(join(tmpdir(), 'hawser-package-'));
try {
  run('install the tools of this check', HERE, ['npm', 'ci']);
  for (const name of ['package', 'consumer']) mkdirSync(join(folder, name));
  const { archive, paths } = pack(join(folder, 'package'));
  checkContents(paths);
  const tool = (/** @type {string} */ path) => join(HERE, 'node_modules', path);
  run('publint', folder, [process.execPath, tool('publint/src/cli.js'), 'run', '--strict', archive]);
  const typesTool = tool('@arethetypeswrong/cli/dist/index.js');
  const typesOptions = ['--profile', 'esm-only', '--no-definitely-typed', '--no-color', '--no-emoji'];
  console.log(
    run('are the types wrong?', folder, [process.execPath, typesTool, archive, ...typesOptions]).trim(),
  );
  const consumer = join(folder, 'consumer');
  checkConsumer(consumer, archive);
  checkCompilers(consumer, TYPESCRIPT, run);
  checkCommonJs(consumer, run);
  checkJest(consumer, tool('jest/bin/jest.js'), run);
  console.log('\nThe package is in order.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
