import type { StateChange } from 'hawser/redis';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { TRANSITIONS_KEPT } from '../../src/core/lifecycle.ts';
import { ENDPOINT, RedisWorld, endingOf } from '../support/redis-world.ts';

const BYTES = Buffer.from([0x00, 0xff, 0x0d, 0x0a, 0x80]);

describe('replies', () => {
  test.each<[string, unknown]>([
    ['+OK\r\n', 'OK'],
    ['$6\r\nhällo\r\n', 'hällo'],
    [':42\r\n', 42],
    [':9223372036854775807\r\n', 9_223_372_036_854_775_807n],
    ['(12345678901234567890123\r\n', 12_345_678_901_234_567_890_123n],
    [',1.5\r\n', 1.5],
    ['#t\r\n', true],
    ['_\r\n', null],
    ['$-1\r\n', null],
    ['*-1\r\n', null],
    ['*2\r\n:1\r\n*1\r\n+a\r\n', [1, ['a']]],
    ['%1\r\n+key\r\n:1\r\n', new Map([['key', 1]])],
    ['~2\r\n+a\r\n+b\r\n', new Set(['a', 'b'])],
    ['=8\r\ntxt:text\r\n', 'text'],
    ['|1\r\n+ttl\r\n:3600\r\n:42\r\n', 42],
  ])('are as the protocol has them: %j', async (bytes, value) => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('ECHO', () => ({ bytes }));
    expect(await world.clock.waitFor(client.command(['ECHO', 'x']))).toEqual(value);
    expect(world.network.dials).toHaveLength(1);
  });

  test('have text or Buffers, as each call asks; neighbours are not touched by that', async () => {
    const world = new RedisWorld({ toClient: { slicing: 'each-byte' } });
    const client = await world.connect();
    await world.clock.waitFor(client.set('key', BYTES));
    const [bytes, text, again] = await world.clock.waitFor(
      Promise.all([
        client.command(['GET', 'key'], { buffers: true }),
        client.command(['GET', 'key']),
        client.get('key', { buffers: true }),
      ]),
    );
    expect(bytes).toEqual(BYTES);
    expect(text).toBe(BYTES.toString());
    expect(again).toEqual(BYTES);
  });

  test('that are errors reject with the code of the server, `refused`', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('GET', () => ({
      bytes: resp.error('WRONGTYPE Operation against a key holding the wrong kind of value'),
    }));
    expect(await world.failureOf(client.get('key'))).toMatchObject({
      name: 'RedisReplyError',
      code: 'WRONGTYPE',
      outcome: 'refused',
      command: 'GET',
    });
    expect(world.network.dials).toHaveLength(1);
  });

  test('of a cluster that point elsewhere say where', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('GET', () => ({ bytes: resp.error('MOVED 3999 10.0.0.7:6381') }));
    expect(await world.failureOf(client.get('key'))).toMatchObject({
      name: 'RedisRedirectError',
      code: 'MOVED',
      outcome: 'refused',
      kind: 'MOVED',
      slot: 3999,
      host: '10.0.0.7',
      port: 6381,
    });
  });
});

describe('commands that are not for a shared connection', () => {
  test.each([
    [['SUBSCRIBE', 'news']],
    [['monitor']],
    [['WATCH', 'key']],
    [['MULTI']],
    [['SELECT', '1']],
    [['AUTH', 's3cret']],
    [['QUIT']],
    [['CLIENT', 'REPLY', 'OFF']],
    [['client', 'tracking', 'on']],
    [[Buffer.from('Subscribe'), 'news']],
    [['WAIT', '1', '0']],
  ] as const)(
    '%j is refused by command, pipeline and transaction alike, and nothing is sent',
    async (words) => {
      const world = new RedisWorld();
      const client = await world.connect();
      const calls = [
        client.command(words),
        client.pipeline([['PING'], words]),
        client.transaction([['PING'], words]),
      ];
      for (const ending of await world.endings<unknown>(calls)) {
        expect(ending).toMatchObject({ error: { code: 'UNSHAREABLE_COMMAND', outcome: 'not-sent' } });
        if ('error' in ending) expect(ending.error.message).not.toContain('s3cret');
      }
      expect(world.received(1)).toEqual([]);
    },
  );

  test('what blocks is refused in a pipeline only', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const pop = ['BLPOP', 'list', '0'] as const;
    expect(await world.failureOf(client.pipeline([pop]))).toMatchObject({ code: 'UNSHAREABLE_COMMAND' });
    expect(await world.failureOf(client.transaction([pop]))).toMatchObject({ code: 'EXECABORT' });
    expect(world.received(1)).toEqual(['MULTI', 'BLPOP list 0', 'EXEC']);
  });
});

describe('arguments', () => {
  test.each([
    [[]],
    ['GET'],
    [undefined],
    [null],
    [['GET', undefined]],
    [['GET', {}]],
    [['GET', NaN]],
    [[undefined]],
  ])(
    '%j are refused with INVALID_ARGUMENT by command, pipeline and transaction, and nothing is sent',
    async (words) => {
      const world = new RedisWorld();
      const client = await world.connect();
      const bad = words as never;
      const calls = [client.command(bad), client.pipeline([bad]), client.transaction([bad])];
      for (const ending of await world.endings<unknown>(calls)) {
        expect(ending).toMatchObject({ error: { code: 'INVALID_ARGUMENT', outcome: 'not-sent' } });
      }
      expect(world.received(1)).toEqual([]);
      expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    },
  );

  test.each([[-1], [NaN], ['5'], [2_147_483_648]])('a timeoutMs of %j is refused', async (timeoutMs) => {
    const world = new RedisWorld();
    const client = await world.connect();
    const options = { timeoutMs: timeoutMs as number };
    const calls = [
      client.incr('n', options),
      client.ready(options),
      client.capacity(options),
      client.close(options),
    ];
    for (const ending of await world.endings<unknown>(calls)) {
      expect(ending).toMatchObject({ error: { code: 'INVALID_ARGUMENT', outcome: 'not-sent' } });
    }
    expect(client.state).toBe('ready');
    expect(world.received(1)).toEqual([]);
  });
});

describe('ready()', () => {
  test('resolves at once when it is, else when it will be', async () => {
    const world = new RedisWorld();
    const client = world.start();
    await world.clock.waitFor(client.ready());
    const readyAt = world.clock.now();
    await world.clock.waitFor(client.ready({ timeoutMs: 0 }));
    expect(world.clock.now()).toBe(readyAt);
  });

  test('rejects with DEADLINE and the last cause when it takes longer, and with ABORTED', async () => {
    const world = new RedisWorld();
    world.network.answerDials(ENDPOINT, { kind: 'refuse' });
    const client = world.start();
    const error = await world.failureOf(client.ready({ timeoutMs: 500 }));
    expect(error).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent', cause: { code: 'CONNECT_FAILED' } });
    expect(error.message).toMatch(/not ready within 500 ms: .+; last cause: .+refused/);
    expect(await world.failureOf(client.ready({ signal: AbortSignal.abort() }))).toMatchObject({
      code: 'ABORTED',
    });
  });
});

describe('capacity()', () => {
  test('resolves when there is room again', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ maxPending: { requests: 2 } });
    await world.clock.waitFor(client.capacity());
    world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 100 }));
    const calls = [client.incr('a'), client.incr('b')];
    expect(await world.failureOf(client.incr('c'))).toMatchObject({ code: 'OVERLOADED' });
    const startedAt = world.clock.now();
    await world.clock.waitFor(client.capacity());
    expect(world.clock.now() - startedAt).toBe(102);
    expect(await world.clock.waitFor(client.incr('c'))).toBe(1);
    await world.clock.waitFor(Promise.all(calls));
  });

  test('wakes no more of those who wait than there is room for', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ maxPending: { requests: 1 } });
    const calls = [client.incr('first')];
    const waits = ['a', 'b', 'c'].map(async (key) => {
      await client.capacity();
      calls.push(client.incr(key));
    });
    await world.clock.waitFor(Promise.all(waits));
    expect(await world.clock.waitFor(Promise.all(calls))).toEqual([1, 1, 1, 1]);
    expect(world.received(1)).toEqual(['INCR first', 'INCR a', 'INCR b', 'INCR c']);
  });

  test('a call whose caller has left still takes its room, until it is answered', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ maxPending: { requests: 1 } });
    world.redis.on('INCR', ({ run }) => ({ bytes: run(), afterMs: 500 }));
    await world.failureOf(client.incr('a', { timeoutMs: 100 }));
    expect(await world.failureOf(client.incr('b'))).toMatchObject({ code: 'OVERLOADED' });
    await world.clock.waitFor(client.capacity());
    expect(await world.clock.waitFor(client.incr('b'))).toBe(1);
  });

  test('rejects with DEADLINE, and with ABORTED', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ maxPending: { requests: 1 } });
    world.redis.on('INCR', () => 'silence');
    const call = endingOf(client.incr('a'));
    await world.clock.settle();
    const late = await world.failureOf(client.capacity({ timeoutMs: 100 }));
    expect(late).toMatchObject({ code: 'DEADLINE', outcome: 'not-sent' });
    const aborted = client.capacity({ signal: AbortSignal.abort() });
    expect(await world.failureOf(aborted)).toMatchObject({ code: 'ABORTED' });
    await world.clock.waitFor(call);
  });
});

describe('onState()', () => {
  test('tells each change with its cause, until it is removed', async () => {
    const world = new RedisWorld();
    const client = world.start();
    const changes: StateChange[] = [];
    const remove = client.onState((change) => changes.push(change));
    await world.clock.waitFor(client.ready());
    world.server(1).reset();
    await world.clock.advance(200);
    expect(
      changes.map(({ from, to, cause }) => `${from} > ${to}${cause ? `: ${cause.message}` : ''}`),
    ).toEqual([
      'connecting > handshaking',
      'handshaking > ready',
      expect.stringMatching(/^ready > backing-off: .*ECONNRESET/),
      expect.stringMatching(/^backing-off > connecting: .*ECONNRESET/),
      expect.stringMatching(/^connecting > handshaking: .*ECONNRESET/),
      'handshaking > ready',
    ]);
    remove();
    await world.clock.waitFor(client.close());
    expect(changes).toHaveLength(6);
  });
});

describe('explain()', () => {
  test('says what is going on', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', () => 'silence');
    const abort = new AbortController();
    const calls = [client.incr('a', { signal: abort.signal }), client.incr('b')];
    const endings = Promise.all(calls.map((call) => endingOf(call)));
    await world.clock.advance(100);
    abort.abort();
    expect(client.explain()).toMatchObject({
      name: 'redis.test:6379',
      state: 'ready',
      peer: 'redis.test:6379',
      downForMs: undefined,
      nextAttemptInMs: undefined,
      waiting: 0,
      inFlight: 1,
      abandoned: 1,
      silentForMs: 100,
      oldestInFlight: 'INCR',
    });
    const { pendingBytes, bytesSent, bytesReceived } = client.explain();
    expect(pendingBytes).toBe(2 * '*2\r\n$4\r\nINCR\r\n$1\r\na\r\n'.length);
    expect(bytesSent).toBe(world.wire(1).written.length);
    expect(bytesReceived).toBeGreaterThan(100);
    world.crash();
    await world.clock.advance(5);
    const down = endingOf(client.incr('c'));
    await world.clock.advance(300);
    const explanation = client.explain();
    expect(explanation).toMatchObject({ peer: undefined, waiting: 1, inFlight: 0, bytesSent: 0 });
    expect(explanation.downForMs).toBeGreaterThan(290);
    expect(explanation.lastCause).toContain('refused');
    expect(explanation.failures).toBeGreaterThan(0);
    await world.clock.waitFor(endings);
    await world.clock.waitFor(down);
  });

  test(`keeps the last ${TRANSITIONS_KEPT} changes of state`, async () => {
    const world = new RedisWorld();
    const client = await world.connect({ backoff: { baseMs: 10, capMs: 10 } });
    world.crash();
    await world.clock.advance(1_000);
    const { transitions } = client.explain();
    expect(transitions).toHaveLength(TRANSITIONS_KEPT);
    expect(transitions.map(({ agoMs }) => agoMs)).toEqual(
      transitions.map(({ agoMs }) => agoMs).toSorted((one, other) => other - one),
    );
  });

  test('travels on the errors of calls that were late', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', () => 'silence');
    const error = await world.failureOf(client.incr('n', { timeoutMs: 50 }));
    expect(error.explanation).toMatchObject({ state: 'ready', inFlight: 1, oldestInFlight: 'INCR' });
    expect(error.message).toMatch(
      /^INCR: no reply within 50 ms: it is sent to redis\.test:6379 and not answered; 1 calls in flight, 0 waiting/,
    );
  });
});

describe('the name of a connection', () => {
  test('is the endpoints, or as told', async () => {
    const world = new RedisWorld();
    expect((await world.connect({ name: 'sessions' })).explain().name).toBe('sessions');
    const endpoints = [ENDPOINT, { path: '/run/redis.sock' }, { host: '::1', port: 7000 }];
    expect((await world.connect({ endpoints })).explain().name).toBe(
      'redis.test:6379,/run/redis.sock,[::1]:7000',
    );
  });
});
