import {
  FaultProxy,
  RedisCluster,
  RedisSentinels,
  RedisServer,
  ScriptedServer,
  simulate,
  simulateMany,
} from 'hawser/testing';
import { describe, expect, test } from 'vitest';

type Start = (options: object) => unknown;

const target = { host: '127.0.0.1', port: 6379 };
const scripts: readonly never[] = [];
const nothing = (): Promise<void> => Promise.resolve();
const neverBegun = (): never => {
  throw new Error('It was begun.');
};

/** Whatever is started with options, as from JavaScript; with those that it cannot do without. */
const STARTS: Readonly<Record<string, Start>> = {
  RedisServer: (options) => RedisServer.start(options),
  RedisCluster: (options) => RedisCluster.start(options),
  RedisSentinels: (options) => RedisSentinels.start(options),
  FaultProxy: (options) => FaultProxy.start({ target, ...options }),
  ScriptedServer: (options) => ScriptedServer.start({ scripts, ...options }),
  simulate: (options) => simulate(1, neverBegun, options),
  simulateMany: (options) => simulateMany([1], neverBegun, options),
};

/** What it is refused with. */
async function refusal(start: () => unknown): Promise<string> {
  try {
    await start();
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
  throw new Error('It was accepted.');
}

/** Of all that run real servers. */
const OF_SERVERS: readonly [object, string][] = [
  [{ tls: true }, 'tls: expected an object with the paths cert, key and ca, got true'],
  [{ tls: { cert: 'a', key: 'b' } }, 'tls.ca: expected text, got undefined'],
  [{ binary: 'redis-server' }, 'binary: expected what findRedis() finds, got string'],
  [{ binary: { serverPath: 5 } }, 'binary.serverPath: expected text, got number'],
  [{ launcher: 'nice' }, 'launcher: expected an array of text, got string'],
  [{ args: ['--port', 5] }, 'args: expected an array of text, got an array'],
  [{ appendOnly: 'yes' }, 'appendOnly: expected true or false, got string'],
  [{ password: 7 }, 'password: expected text, got number'],
  [{ users: { job: 'on' } }, 'users: expected an array of text, got object'],
  [{ unixSocket: '/run/redis.sock' }, 'unixSocket: expected true or false, got string'],
  [{ host: null }, 'host: expected text, got null'],
  [{ timeoutMs: '5' }, 'timeoutMs: expected a number, got string'],
  [{ signal: 5 }, 'signal: expected an AbortSignal, got 5'],
];

const REFUSED: Readonly<Record<string, readonly [object, string][]>> = {
  RedisServer: [
    ...OF_SERVERS,
    [{ port: '6379' }, 'port: expected a number, got string'],
    [{ replicaOf: 'redis://a' }, 'replicaOf: expected a RedisServer, or a host and port, got string'],
    [{ replicaOf: { host: 'a' } }, 'replicaOf.port: expected a number, got undefined'],
    [{ clusterNode: 1 }, 'clusterNode: expected true or false, got 1'],
    [{ sentinelOf: target.host }, 'sentinelOf: expected an object with the master, got string'],
    [{ sentinelOf: target }, 'sentinelOf.master: expected a RedisServer, or a host and port, got undefined'],
    [{ sentinelOf: { master: target, quorum: 'all' } }, 'sentinelOf.quorum: expected a number, got string'],
  ],
  RedisCluster: [...OF_SERVERS, [{ masters: '3' }, 'masters: expected a number, got string']],
  RedisSentinels: [...OF_SERVERS, [{ name: 3 }, 'name: expected text, got number']],
  FaultProxy: [
    [{ target: undefined }, 'target: expected { host, port } or { path }, got undefined'],
    [{ target: 'a:1' }, 'target: expected { host, port } or { path }, got string'],
    [{ target: { port: 1 } }, 'target: expected { host, port } or { path }, got object'],
    [{ target: { host: 'a', port: '1' } }, 'target: expected { host, port } or { path }, got object'],
    [{ target: { path: 5 } }, 'target: expected { host, port } or { path }, got object'],
    [{ seed: 'a' }, 'seed: expected a number, got string'],
    [{ faults: { kind: 'refuse' } }, 'faults: expected an array of faults, got object'],
    [{ faults: [null] }, 'faults: expected an array of faults, got an array'],
    [{ clock: Date }, 'clock: expected an object with now, setTimer and clearTimer, got function'],
  ],
  ScriptedServer: [
    [{ codec: null }, 'codec: expected an object with decode and encode, got null'],
    [{ codec: { encode: nothing } }, 'codec.decode: expected a function, got undefined'],
    [{ clock: 5 }, 'clock: expected an object with now, setTimer and clearTimer, got 5'],
    [{ scripts: 'refuse' }, 'scripts: expected an array, got string'],
  ],
  simulate: [
    [{ command: 5 }, 'command: expected text, got number'],
    [{ limitMs: '5' }, 'limitMs: expected a number, got string'],
  ],
  simulateMany: [
    [{ failuresMax: '5' }, 'failuresMax: expected a number, got string'],
    [{ onRun: 5 }, 'onRun: expected a function, got 5'],
    [{ command: 5 }, 'command: expected text, got number'],
  ],
};

describe.each(Object.entries(STARTS))('%s', (name, start) => {
  test.each(REFUSED[name] ?? [])('refuses %j and says what it expects', async (options, message) => {
    expect(await refusal(() => start(options))).toBe(`${name}: option ${message}`);
  });

  test('refuses an option that there is not by its name, and says which there are', async () => {
    const message = await refusal(() => start({ pasword: 'secret' }));
    expect(message).toMatch(
      new RegExp(`^${name}: option pasword: there is no such option; there are \\w+(, \\w+)+$`),
    );
  });
});

test.each<[string, Start]>([
  ['RedisServer', (options) => RedisServer.start(options)],
  ['RedisCluster', (options) => RedisCluster.start(options)],
  ['RedisSentinels', (options) => RedisSentinels.start(options)],
  ['FaultProxy', (options) => FaultProxy.start(options as never)],
  ['ScriptedServer', (options) => ScriptedServer.start(options as never)],
  ['simulate', (options) => simulate(1, nothing, options)],
  ['simulateMany', (options) => simulateMany([1], nothing, options)],
])('%s refuses options that are none', async (name, start) => {
  for (const none of [null, 'redis://a', 6379] as unknown as object[]) {
    expect(await refusal(() => start(none))).toMatch(`${name}: option options: expected an object, got `);
  }
});

test('a simulation refuses a scenario that is none', async () => {
  expect(await refusal(() => simulate(1, 'go' as never))).toBe(
    'simulate: option scenario: expected a function, got string',
  );
});

test('a server refuses a port that there is not', async () => {
  await expect(RedisServer.start({ port: 65_536 })).rejects.toThrow(
    new RangeError('RedisServer: port is from 1 to 65535, not 65536'),
  );
});
