// Users of other kinds than a plain ES module: CommonJS, Jest, and what compilers are told. See docs/packaging.md.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {(title: string, folder: string, command: readonly string[]) => string} Run throws where the command fails */

const CONSUMERS = fileURLToPath(new URL('consumers', import.meta.url));

/**
 * How users have files compiled, and what then has to compile. `node16` is Node.js before require() of ES modules; there a
 * CommonJS file has import() alone.
 * @type {readonly (readonly [options: string, files: readonly string[]])[]}
 */
const COMPILED = [
  ['--module nodenext', ['static.cts', 'dynamic.cts', 'module.ts']],
  ['--module node20', ['static.cts', 'dynamic.cts', 'module.ts']],
  ['--module node16', ['dynamic.cts', 'module.ts']],
  ['--module commonjs', ['static.cts', 'dynamic.cts', 'module.ts']],
  ['--module esnext --moduleResolution bundler', ['static.cts', 'dynamic.cts', 'module.ts']],
  ['--module preserve', ['static.cts', 'dynamic.cts', 'module.ts']],
];

/**
 * @param {string} folder where the package is installed, in a project of ES modules
 * @param {string} compiler
 * @param {Run} run
 */
export function checkCompilers(folder, compiler, run) {
  const files = join(folder, 'consumers');
  cpSync(CONSUMERS, files, { recursive: true });
  const strict = '--noEmit --strict --target es2022 --types node --ignoreConfig'.split(' ');
  for (const [options, names] of COMPILED) {
    run(`compile with ${options}`, files, [
      process.execPath,
      compiler,
      ...strict,
      ...options.split(' '),
      ...names,
    ]);
  }
}

/**
 * @param {string} folder as for {@link checkCompilers}, which comes before
 * @param {Run} run
 */
export function checkCommonJs(folder, run) {
  console.log(run('run CommonJS', join(folder, 'consumers'), [process.execPath, 'commonjs.cjs']).trim());
}

/**
 * Both ways need the VM modules of Node.js, which are behind a flag.
 * @param {string} folder as for {@link checkCompilers}, which comes before
 * @param {string} jest
 * @param {Run} run
 */
export function checkJest(folder, jest, run) {
  const files = join(folder, 'consumers/jest');
  writeFileSync(join(files, 'package.json'), JSON.stringify({ private: true }));
  const command = [process.execPath, '--experimental-vm-modules', '--no-warnings', jest, '--ci', '--silent'];
  run('run Jest, with CommonJS and ES modules', files, command);
}
