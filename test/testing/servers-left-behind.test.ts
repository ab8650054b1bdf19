import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { findRedis, inspectRedis, RedisServer } from 'hawser/testing';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ROOT } from '../repo/files.ts';
import { REDIS_START_LIMIT_MS } from '../support/redis.ts';

/** A bound for what never comes. */
const PATIENCE_MS = 10_000;

interface Traces {
  readonly urls: readonly string[];
  readonly directories: readonly string[];
}

beforeAll(() => findRedis(), REDIS_START_LIMIT_MS);

/** Runs a script of Node's on the built package until it ends, which says in JSON what it has started. */
async function run(script: string): Promise<Traces> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return JSON.parse(output) as Traces;
}

async function expectNothingOf({ urls, directories }: Traces): Promise<void> {
  for (const url of urls) {
    // Not by its process id, which stays until somebody collects the orphan's exit code.
    await vi.waitFor(() => expect(inspectRedis(url, ['PING'])).rejects.toThrow('ECONNREFUSED'), PATIENCE_MS);
  }
  for (const directory of directories) await vi.waitUntil(() => !existsSync(directory), PATIENCE_MS);
}

describe('nothing of a server is left behind', () => {
  test.each(['up', 'paused', 'killed'] as const)('when it is stopped while it is %s', async (state) => {
    const server = await RedisServer.start();
    const { url, directory } = server;
    expect(existsSync(directory)).toBe(true);
    if (state === 'paused') server.pause();
    if (state === 'killed') await server.kill();
    await server.stop();
    await server.stop();
    await expect(inspectRedis(url, ['PING'])).rejects.toThrow('ECONNREFUSED');
    expect(existsSync(directory)).toBe(false);
  });

  test.each([
    ['exits and forgets to stop it', 'process.exit(0)'],
    ['has nothing more to do', ''],
    ['throws', "throw new Error('crash')"],
    ['is killed while the server is paused', "server.pause(); process.kill(process.pid, 'SIGKILL')"],
  ])('when the process that started it %s', async (_, ending) => {
    const traces = await run(`
      import { RedisServer } from './dist/testing/index.js';
      const server = await RedisServer.start();
      const traces = { urls: [server.url], directories: [server.directory] };
      process.stdout.write(JSON.stringify(traces), () => {
        ${ending}
      });`);
    await expectNothingOf(traces);
  });

  test.each([
    ['cluster', 'RedisCluster', 'group.nodes'],
    ['group with sentinels', 'RedisSentinels', '[...group.nodes, ...group.sentinels]'],
  ])('of a whole %s when the process that started it is killed', async (_, kind, servers) => {
    const traces = await run(`
      import { ${kind} } from './dist/testing/index.js';
      const group = await ${kind}.start();
      const servers = ${servers};
      const traces = { urls: servers.map(({ url }) => url), directories: servers.map(({ directory }) => directory) };
      process.stdout.write(JSON.stringify(traces), () => process.kill(process.pid, 'SIGKILL'));`);
    expect(traces.urls).toHaveLength(6);
    await expectNothingOf(traces);
  });
});
