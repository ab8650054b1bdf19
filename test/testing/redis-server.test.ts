import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findRedis, inspectRedis, RedisServer } from 'hawser/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { REDIS_START_LIMIT_MS, redisServer } from '../support/redis.ts';

beforeAll(() => findRedis(), REDIS_START_LIMIT_MS);

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a Redis server for tests', () => {
  const shared = redisServer();

  test('answers as soon as it has started, on 127.0.0.1', async () => {
    expect(shared().url).toBe(`redis://127.0.0.1:${shared().port}`);
    expect(await shared().inspect(['PING'])).toBe('PONG');
  });

  test('is the process that it says it is', async () => {
    const info = await shared().inspect(['INFO', 'server']);
    expect(info).toContain(`process_id:${shared().pid}\r\n`);
  });

  test('is read through every type of reply', async () => {
    const inspect = (...command: string[]): unknown => shared().inspect(command);
    expect(await inspect('SET', 'text', 'grüß\r\ngott')).toBe('OK');
    expect(await inspect('GET', 'text')).toBe('grüß\r\ngott');
    expect(await inspect('GET', 'nothing')).toBeNull();
    expect(await inspect('INCR', 'counter')).toBe(1);
    expect(await inspect('EVAL', "return {1, {'a', false}, {}}", '0')).toEqual([1, ['a', null], []]);
    await expect(inspect('INCR', 'text')).rejects.toThrow('ERR value is not an integer');
  });

  test('allows DEBUG, so that faults can be provoked', async () => {
    expect(await shared().inspect(['DEBUG', 'SLEEP', '0'])).toBe('OK');
  });

  test('is silent while it is paused and answers again afterwards', async () => {
    await using server = await RedisServer.start();
    server.pause();
    await expect(server.inspect(['PING'], { timeoutMs: 50 })).rejects.toThrow('No answer within 50 ms');
    expect(isAlive(server.pid)).toBe(true);
    server.resume();
    expect(await server.inspect(['PING'])).toBe('PONG');
  });

  test('keeps what it has confirmed through a kill and a restart when it is append-only', async () => {
    await using server = await RedisServer.start({ appendOnly: true });
    const { port, pid } = server;
    await server.inspect(['INCRBY', 'counter', '41']);
    await server.kill();
    expect(isAlive(pid)).toBe(false);
    await expect(server.inspect(['PING'])).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    expect(await server.inspect(['INCR', 'counter'])).toBe(42);
  });

  test('forgets everything in a restart when it is not append-only', async () => {
    await using server = await RedisServer.start();
    await server.inspect(['SET', 'key', 'value']);
    await server.restart();
    expect(await server.inspect(['GET', 'key'])).toBeNull();
  });

  test('asks for the password that it was started with', async () => {
    await using server = await RedisServer.start({ password: 'p@ss/word' });
    expect(await server.inspect(['PING'])).toBe('PONG');
    const withoutPassword = `redis://127.0.0.1:${server.port}`;
    await expect(inspectRedis(withoutPassword, ['PING'])).rejects.toThrow('NOAUTH');
  });

  test('listens on a Unix socket in its directory when asked to', async () => {
    await using server = await RedisServer.start({ unixSocket: true });
    expect(server.socketPath?.startsWith(server.directory)).toBe(true);
    expect(existsSync(server.socketPath ?? '')).toBe(true);
  });

  test('that cannot start is reported with the end of its log', async () => {
    const start = RedisServer.start({ args: ['--maxmemory', 'plenty'] });
    await expect(start).rejects.toThrow(/ended while it was starting[^]*maxmemory/);
  });

  test('does not take a port that another server has', async () => {
    await expect(RedisServer.start({ port: shared().port })).rejects.toThrow('Address already in use');
    expect(await shared().inspect(['PING'])).toBe('PONG');
  });
});

describe('nothing of a server is left behind', () => {
  let compiled = '';
  beforeAll(async () => {
    compiled = await mkdtemp(join(tmpdir(), 'hawser-test-'));
    await compile('src/testing/redis-server.ts', compiled);
  }, 60_000);
  afterAll(() => rm(compiled, { recursive: true }));

  test.each(['up', 'paused', 'killed'] as const)('when it is stopped while it is %s', async (state) => {
    const server = await RedisServer.start();
    const { pid, directory } = server;
    expect(existsSync(directory)).toBe(true);
    if (state === 'paused') server.pause();
    if (state === 'killed') await server.kill();
    await server.stop();
    await server.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(directory)).toBe(false);
  });

  test.each([
    ['exits and forgets to stop it', 'process.exit(0)'],
    ['has nothing more to do', ''],
    ['throws', "throw new Error('crash')"],
    ['is killed while the server is paused', "server.pause(); process.kill(process.pid, 'SIGKILL')"],
  ])('when the process that started it %s', async (_, ending) => {
    const script = `
      import { RedisServer } from './redis-server.js';
      const server = await RedisServer.start();
      process.stdout.write(JSON.stringify({ url: server.url, directory: server.directory }), () => {
        ${ending}
      });`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: compiled,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    parent.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    await once(parent, 'close');
    const { url, directory } = JSON.parse(output) as { url: string; directory: string };
    // Not by its process id, which stays until somebody collects the orphan's exit code.
    await vi.waitFor(() => expect(inspectRedis(url, ['PING'])).rejects.toThrow('ECONNREFUSED'), 10_000);
    await vi.waitUntil(() => !existsSync(directory), 10_000);
  });
});

/** Node itself runs no TypeScript in the versions that are supported. */
async function compile(file: string, outputDirectory: string): Promise<void> {
  const options =
    `--ignoreConfig --module nodenext --target es2022 --lib es2023,esnext.disposable --types node
    --skipLibCheck --rewriteRelativeImportExtensions`.split(/\s+/);
  const compiler = resolve('node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, ...options, '--outDir', outputDirectory, file]);
  await writeFile(join(outputDirectory, 'package.json'), '{ "type": "module" }');
}
