import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** The modules of Node.js' own, public ones, that an import brings into a process. */
function loadedBy(entry: string): string[] {
  const urlOf = (path: string): string =>
    JSON.stringify(new URL(`../../dist/${path}/index.js`, import.meta.url));
  // The first is of pure modules: by then Node.js has loaded what it reads files with.
  const program = `
    await import(${urlOf('core/machine')});
    const before = new Set(process.moduleLoadList);
    await import(${urlOf(entry)});
    const loaded = process.moduleLoadList.filter((name) => !before.has(name));
    console.log(JSON.stringify(loaded.filter((name) => !name.includes('internal') && !name.includes('Internal'))));
  `;
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const names = JSON.parse(stdout) as string[];
  return names.map((name) => name.replace(/^NativeModule /, ''));
}

describe('an import', () => {
  // What is not needed at once is fetched when it is (`process.getBuiltinModule`): `node:process` alone opens standard input and output.
  test.each(['core', 'redis', 'redis/cluster'])(
    'of %s loads nothing of Node.js but what it publishes by',
    (entry) => expect(loadedBy(entry)).toEqual(['diagnostics_channel']),
  );
});
