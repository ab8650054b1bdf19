import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** The modules of Node.js' own, public ones, that an import brings into a process. */
function loadedBy(entry: string): string[] {
  const url = new URL(`../../dist/${entry}/index.js`, import.meta.url).href;
  const program = `
    await import('node:net');
    const before = new Set(process.moduleLoadList);
    await import(${JSON.stringify(url)});
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
    'of %s loads nothing of Node.js but what a socket needs',
    (entry) => expect(loadedBy(entry)).toEqual([]),
  );
});
