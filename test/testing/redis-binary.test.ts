import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis, findRedisTool } from 'hawser/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let scratch = '';
let bin = '';
let environment: NodeJS.ProcessEnv = {};

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'hawser-test-'));
  bin = join(scratch, 'bin');
  await mkdir(bin);
  environment = { PATH: `${join(scratch, 'nothing-here')}:${bin}`, HAWSER_CACHE: join(scratch, 'cache') };
});
afterEach(() => rm(scratch, { recursive: true }));

async function program(path: string, script: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

describe('a Redis on the PATH', () => {
  test('is used, with the version that it says it has', async () => {
    const serverPath = join(bin, 'redis-server');
    await program(serverPath, 'echo "Redis server v=7.4.1 sha=00000000:0 malloc=libc bits=64"');
    expect(await findRedis({ environment })).toEqual({
      serverPath,
      env: {},
      kind: 'redis',
      version: '7.4.1',
    });
  });

  test('is known as Valkey by what it says and not by its name', async () => {
    await program(join(bin, 'redis-server'), 'echo "Valkey server v=8.0.1 sha=00000000:0"');
    expect(await findRedis({ environment })).toMatchObject({ kind: 'valkey', version: '8.0.1' });
  });

  test('is passed over when it does not start', async () => {
    await program(join(bin, 'redis-server'), 'exit 127');
    await program(join(bin, 'valkey-server'), 'echo "Valkey server v=8.0.1"');
    expect(await findRedis({ environment })).toMatchObject({ serverPath: join(bin, 'valkey-server') });
  });

  test('has its tools beside it', async () => {
    await program(join(bin, 'valkey-server'), 'echo "Valkey server v=8.0.1"');
    await program(join(bin, 'valkey-benchmark'), '');
    const binary = await findRedis({ environment });
    expect(await findRedisTool(binary, 'benchmark')).toBe(join(bin, 'valkey-benchmark'));
    expect(await findRedisTool(binary, 'cli')).toBeUndefined();
  });
});

describe('without a Redis on the PATH', () => {
  test.each([
    ['darwin', 'brew install redis'],
    ['win32', 'REDIS_URL'],
    ['linux', 'package manager'],
  ] as const)('and without packages, the error on %s names the way to get one', async (platform, way) => {
    await expect(findRedis({ environment, platform })).rejects.toThrow(way);
  });

  test('the error on another Linux names the command of its package manager', async () => {
    await program(join(bin, 'apk'), '');
    await expect(findRedis({ environment, platform: 'linux' })).rejects.toThrow('"apk add redis"');
  });
});

describe('on Debian and Ubuntu', () => {
  /** Stand-ins that act as the package tools do, keep a record, and need no network. */
  async function packageTools(settings: { lists: 'there' | 'missing' | 'unreachable' }): Promise<void> {
    await program(
      join(bin, 'apt-get'),
      `echo "$*" >> ${scratch}/record
      own=no
      while [ "$1" = -o ]; do own=yes; shift 2; done
      case "$1 $own ${settings.lists}" in
        "update"*unreachable) echo "E: no network" >&2; exit 100;;
        "install no missing" | "install"*unreachable) echo "E: Unable to locate package" >&2; exit 100;;
        install*) printf 'Inst liblzf1 (3.6)\\nInst libc6 [2.36] (2.37)\\nInst redis-server (7.0)\\n';;
        download*) shift; for name; do echo "$name" > "$name.deb"; done;;
      esac`,
    );
    // Starts only with the libraries that came with it.
    await program(
      join(scratch, 'packed-server'),
      `[ "$LD_LIBRARY_PATH" = "\${0%/bin/*}/lib/some-linux-gnu" ] && echo "Redis server v=7.0.15"`,
    );
    await program(
      join(bin, 'dpkg-deb'),
      `case "$2" in */redis-server.deb)
        /bin/mkdir -p "$3/usr/bin" "$3/usr/lib/some-linux-gnu"
        /bin/cp ${scratch}/packed-server "$3/usr/bin/redis-server";;
      esac`,
    );
  }

  const record = async (): Promise<string> => readFile(join(scratch, 'record'), 'utf8');

  test('the packages and what they depend on are unpacked into the cache folder, once', async () => {
    await packageTools({ lists: 'there' });
    const reports: string[] = [];
    const report = (sentence: string): unknown => reports.push(sentence);
    const found = await findRedis({ environment, report });
    const target = join(scratch, 'cache', `redis-${process.arch}`);
    expect(found.serverPath).toBe(join(target, 'usr/bin/redis-server'));
    expect(found.env).toEqual({ LD_LIBRARY_PATH: join(target, 'usr/lib/some-linux-gnu') });
    expect(await findRedis({ environment, report })).toEqual(found);
    expect(reports).toHaveLength(1);
    expect((await record()).match(/^download .*$/gm)).toEqual(['download redis-server redis-tools liblzf1']);
    expect(await readdir(join(scratch, 'cache'))).toEqual([`redis-${process.arch}`]);
  });

  test('missing package lists are fetched into a folder of our own', async () => {
    await packageTools({ lists: 'missing' });
    expect(await findRedis({ environment })).toMatchObject({ version: '7.0.15' });
    expect(await record()).toMatch(/^-o Dir::State::lists=.*cache.* update$/m);
  });

  test('two at once both get the server, and one copy stays', async () => {
    await packageTools({ lists: 'there' });
    const [one, other] = await Promise.all([findRedis({ environment }), findRedis({ environment })]);
    expect(one).toEqual(other);
    expect(await readdir(join(scratch, 'cache'))).toEqual([`redis-${process.arch}`]);
  });

  test('a copy in the cache folder that does not start is replaced', async () => {
    await packageTools({ lists: 'there' });
    const { serverPath } = await findRedis({ environment });
    await program(serverPath, 'exit 127');
    expect(await findRedis({ environment })).toMatchObject({ serverPath, version: '7.0.15' });
  });

  test('a download that fails says why, and leaves nothing in the cache folder', async () => {
    await packageTools({ lists: 'unreachable' });
    await expect(findRedis({ environment })).rejects.toThrow(/apt-get install redis-server[^]*no network/);
    expect(await readdir(join(scratch, 'cache'))).toEqual([]);
  });

  test('a cache folder that cannot be made is named in the error', async () => {
    await packageTools({ lists: 'there' });
    await writeFile(join(scratch, 'cache'), 'a file');
    await expect(findRedis({ environment })).rejects.toThrow(
      'set HAWSER_CACHE to a folder that can be written',
    );
  });
});
