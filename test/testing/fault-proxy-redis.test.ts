import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Redis, RedisOptions } from 'hawser/redis';
import type { FaultProxy, FaultProxyOptions } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { connect, everyoneGetsTheirOwn, failureOf, PATIENCE_MS, until, untilReady } from '../real/clients.ts';
import { ROOT } from '../repo/files.ts';
import { redisServer } from '../support/redis.ts';
import { startProxy } from './fault-proxy-stage.ts';

const BUILD_LIMIT_MS = 120_000;
const LOST = { code: 'CONNECTION_LOST', outcome: 'unknown' };
const server = redisServer({ unixSocket: true });

/** A client of the real server behind a proxy. */
async function clientBehind(
  proxyOptions: Partial<FaultProxyOptions> = {},
  options: RedisOptions = {},
): Promise<{ proxy: FaultProxy; redis: Redis }> {
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: server().port }, ...proxyOptions });
  await server().inspect(['FLUSHALL']);
  const redis = await connect(`redis://${proxy.host}:${proxy.port}`, {
    timeoutMs: PATIENCE_MS,
    whenDownWaitMs: PATIENCE_MS,
    ...options,
  });
  return { proxy, redis };
}

describe('a real Redis behind a proxy', () => {
  test('cut in mid-reply: the outcome is unknown, though the call was done', async () => {
    const { proxy, redis } = await clientBehind();
    proxy.add({ kind: 'cut', direction: 'to-client', afterBytes: 2, ending: 'reset' }, { connection: 1 });
    expect(await failureOf(redis.incr('counter'))).toMatchObject(LOST);
    await untilReady(redis);
    expect(await redis.get('counter')).toBe('1');
    expect(proxy.connections.map(({ state }) => state)).toEqual(['over', 'open']);
  });

  test.each(['reset', 'end'] as const)(
    'cut in mid-request (%s): unknown, and it was not done',
    async (ending) => {
      const { proxy, redis } = await clientBehind();
      proxy.add({ kind: 'cut', direction: 'to-server', afterBytes: 9, ending }, { connection: 1 });
      expect(await failureOf(redis.incr('counter'))).toMatchObject({ outcome: 'unknown' });
      await untilReady(redis);
      expect(await redis.get('counter')).toBeNull();
    },
  );

  test('byte by byte, every caller gets its own answer', async () => {
    const { redis } = await clientBehind({ faults: [{ kind: 'slice', direction: 'both', maxBytes: 1 }] });
    expect(await everyoneGetsTheirOwn(redis, 20)).toBe(true);
  });

  test('a reply that comes twice reaches nobody else', async () => {
    const { proxy, redis } = await clientBehind();
    proxy.add(
      { kind: 'duplicate', direction: 'to-client', offsetBytes: 0, lengthBytes: 7 },
      { connection: 1 },
    );
    expect(await redis.command(['ECHO', 'a'])).toBe('a');
    expect(await everyoneGetsTheirOwn(redis, 20)).toBe(true);
  });

  test('a reply with a changed byte that makes it none is of unknown outcome', async () => {
    const { proxy, redis } = await clientBehind();
    proxy.add({ kind: 'corrupt', direction: 'to-client', offsetBytes: 0 }, { connection: 1 });
    expect(await failureOf(redis.incr('counter'))).toMatchObject({ outcome: 'unknown' });
    await untilReady(redis);
    expect(await redis.get('counter')).toBe('1');
  });

  test('swallowed by a blackhole: given up as stalled, and done when the network is back', async () => {
    const { proxy, redis } = await clientBehind({}, { stallAfterMs: 50 });
    const remove = proxy.add({ kind: 'blackhole', direction: 'both' }, { connection: 1 });
    expect(await failureOf(redis.incr('counter'))).toMatchObject({ code: 'STALLED', outcome: 'unknown' });
    expect(await server().inspect(['GET', 'counter'])).toBeNull();
    remove();
    await until(async () => (await server().inspect(['GET', 'counter'])) === '1');
  });

  test('refused: not sent, and back when it is listening again', async () => {
    const { proxy, redis } = await clientBehind({}, { whenDownWaitMs: 0 });
    const remove = proxy.add({ kind: 'refuse' });
    proxy.add({ kind: 'reset' });
    await until(() => redis.state !== 'ready');
    const failure = await failureOf(redis.incr('counter'));
    expect(failure).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent' });
    remove();
    await untilReady(redis);
    expect(await redis.incr('counter')).toBe(1);
  });

  test('its Unix socket is reached by a port', async () => {
    const path = server().socketPath as string;
    const { redis } = await clientBehind({ target: { path } });
    expect(await everyoneGetsTheirOwn(redis, 20)).toBe(true);
  });
});

test(
  'the example survives',
  async () => {
    const run = promisify(execFile);
    for (const project of [['-b'], ['-p', 'examples']]) {
      const compiled = run(process.execPath, ['node_modules/typescript/bin/tsc', ...project], { cwd: ROOT });
      await compiled.catch(({ stdout }: { stdout: string }) => expect.fail(stdout));
    }
    const example = 'build/examples/cut-connection.js';
    const { stdout, stderr } = await run(process.execPath, [example], { cwd: ROOT });
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual([
      'a rope: unknown (CONNECTION_LOST)',
      'an anchor: unknown (CONNECTION_LOST)',
      'a sail: unknown (CONNECTION_LOST)',
      'survived, in 4 connections',
    ]);
  },
  BUILD_LIMIT_MS,
);
