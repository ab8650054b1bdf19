import { channel, tracingChannel } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ENDPOINT, RedisWorld, endingOf } from '../support/redis-world.ts';

const SECRET = 's3cret';

/** What a subscriber was told, in order: the name of the event and a copy of its fields as they were then. */
type Told = [event: string, fields: Record<string, unknown>];

/** Subscribes to a tracing channel until the test is over. */
function trace(name: string): Told[] {
  const told: Told[] = [];
  const note = (event: string) => (message: object) => void told.push([event, { ...message }]);
  const subscribers = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  const traced = tracingChannel<object>(name);
  traced.subscribe(subscribers);
  onTestFinished(() => traced.unsubscribe(subscribers));
  return told;
}

/** Subscribes to the changes of state until the test is over. */
function traceStates(): Record<string, unknown>[] {
  const told: Record<string, unknown>[] = [];
  const subscriber = (message: unknown): void => void told.push({ ...(message as object) });
  channel('hawser:connection:state').subscribe(subscriber);
  onTestFinished(() => {
    channel('hawser:connection:state').unsubscribe(subscriber);
  });
  return told;
}

function expectNoSecret(...told: readonly unknown[]): void {
  expect(inspect(told, { depth: Infinity, showHidden: true })).not.toContain(SECRET);
  expect(JSON.stringify(told)).not.toContain(SECRET);
}

describe('hawser:redis:command', () => {
  test('tells of each call by its name and connection, from start to end, and of no argument and no reply', async () => {
    const world = new RedisWorld();
    const client = await world.connect({ name: 'sessions' });
    const told = trace('hawser:redis:command');
    expect(await world.clock.waitFor(client.set(SECRET, SECRET))).toBe('OK');
    expect(await world.clock.waitFor(client.get(SECRET))).toBe(SECRET);
    expect(told.map(([event, { command }]) => `${event} ${String(command)}`)).toEqual([
      'start SET',
      'end SET',
      'asyncStart SET',
      'asyncEnd SET',
      'start GET',
      'end GET',
      'asyncStart GET',
      'asyncEnd GET',
    ]);
    expect(told[0]?.[1]).toEqual({ connection: 'sessions', command: 'SET' });
    expectNoSecret(told);
  });

  test('tells of a failure with its error, of a call that was not accepted too', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const told = trace('hawser:redis:command');
    world.redis.on('INCR', () => 'reset');
    const failed = await world.failureOf(client.incr(SECRET));
    world.crash();
    await world.clock.advance(3_000);
    const refused = await world.failureOf(client.incr(SECRET));
    expect([failed.code, refused.code]).toEqual(['CONNECTION_LOST', 'NOT_CONNECTED']);
    const errors = told.filter(([event]) => event === 'error');
    expect(errors.map(([, { error }]) => error)).toEqual([failed, refused]);
    expectNoSecret(told);
  });

  test('tells of the end of each call that it has told of, also where that was not accepted', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const told = trace('hawser:redis:command');
    await world.failureOf(client.get('a', { timeoutMs: NaN }));
    await world.failureOf(client.get('a', { signal: AbortSignal.abort() }));
    world.crash();
    await world.clock.advance(3_000);
    await world.failureOf(client.get('a'));
    await world.clock.waitFor(client.close());
    await world.failureOf(client.get('a'));
    const counts = ['start', 'error', 'asyncEnd'].map(
      (name) => told.filter(([event]) => event === name).length,
    );
    expect(counts).toEqual([4, 4, 4]);
  });

  test('tells of a pipeline and of a transaction as one call each', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const told = trace('hawser:redis:command');
    await world.clock.waitFor(
      client.pipeline([
        ['SET', 'a', SECRET],
        ['GET', 'a'],
        ['INCR', SECRET, SECRET],
      ]),
    );
    await world.clock.waitFor(
      client.transaction([
        ['SET', 'a', SECRET],
        ['GET', 'a'],
      ]),
    );
    expect(told.filter(([event]) => event === 'start').map(([, { command }]) => command)).toEqual([
      'PIPELINE',
      'MULTI',
    ]);
    expectNoSecret(told);
  });

  test('the caller gets the same value and the same failure as without it', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    trace('hawser:redis:command');
    const abort = new AbortController();
    world.redis.on('INCR', () => 'silence');
    const aborted = endingOf(client.incr('n', { signal: abort.signal }));
    abort.abort();
    expect(await world.clock.waitFor(aborted)).toMatchObject({ error: { code: 'ABORTED' } });
    expect(await world.clock.waitFor(client.command(['ECHO', 'x'], { buffers: true }))).toEqual(
      Buffer.from('x'),
    );
  });
});

describe('hawser:redis:connect', () => {
  test('tells of each attempt with its endpoint and number, and how it ended', async () => {
    const world = new RedisWorld({ credentials: { password: SECRET } });
    const told = trace('hawser:redis:connect');
    const other = { host: 'other.test', port: 6380 };
    world.network.answerDials(other, { kind: 'refuse' });
    const client = world.start({
      endpoints: [other, ENDPOINT],
      credentials: { password: SECRET },
      name: 'sessions',
    });
    await world.clock.waitFor(client.ready());
    await world.clock.waitFor(client.close());
    const of = (attempt: number): string[] =>
      told
        .filter(([, { epoch }]) => epoch === attempt)
        .map(([event, { endpoint }]) => `${event} ${String(endpoint)}`);
    expect([of(1), of(2)]).toEqual([
      ['start', 'end', 'error', 'asyncStart', 'asyncEnd'].map((event) => `${event} other.test:6380`),
      ['start', 'end', 'asyncStart', 'asyncEnd'].map((event) => `${event} redis.test:6379`),
    ]);
    expect(told[0]?.[1]).toMatchObject({ connection: 'sessions' });
    expect(told.at(-1)?.[1]).toMatchObject({ epoch: 2, peer: 'redis.test:6379' });
    expect(told.find(([event]) => event === 'error')?.[1]['error']).toMatchObject({ code: 'CONNECT_FAILED' });
    expectNoSecret(told);
  });

  test('a refused password is in none of it', async () => {
    const world = new RedisWorld({ credentials: { password: 'other' } });
    const told = trace('hawser:redis:connect');
    const states = traceStates();
    const client = world.start(
      { credentials: { username: SECRET, password: SECRET } },
      `redis://${SECRET}:${SECRET}@redis.test`,
    );
    await world.failureOf(client.ready());
    expect(states.at(-1)).toMatchObject({ to: 'parked' });
    expectNoSecret(told, states);
  });
});

describe('hawser:connection:state', () => {
  test('tells each change with protocol, connection and cause', async () => {
    const world = new RedisWorld();
    const told = traceStates();
    const client = await world.connect({ name: 'sessions' });
    world.server(1).reset();
    await world.clock.advance(1);
    await world.clock.waitFor(client.close());
    const about = { protocol: 'redis', connection: 'sessions' };
    expect(told).toEqual([
      { ...about, from: 'idle', to: 'connecting', cause: undefined },
      { ...about, from: 'connecting', to: 'handshaking', cause: undefined },
      { ...about, from: 'handshaking', to: 'ready', cause: undefined },
      { ...about, from: 'ready', to: 'backing-off', cause: expect.any(Error) as Error },
      { ...about, from: 'backing-off', to: 'closed', cause: undefined },
    ]);
  });
});

test('a subscriber that throws harms no call', async () => {
  const world = new RedisWorld();
  const client = await world.connect();
  const errors: unknown[] = [];
  const others = process.listeners('uncaughtException');
  const note = (error: unknown): void => void errors.push(error);
  process.removeAllListeners('uncaughtException').on('uncaughtException', note);
  onTestFinished(() => {
    process.off('uncaughtException', note);
    for (const other of others) process.on('uncaughtException', other);
  });
  const broken = (): never => {
    throw new Error('broken subscriber');
  };
  const subscribers = { start: broken, end: broken, asyncStart: broken, asyncEnd: broken, error: broken };
  tracingChannel<object>('hawser:redis:command').subscribe(subscribers);
  onTestFinished(() => tracingChannel<object>('hawser:redis:command').unsubscribe(subscribers));
  const words = ['a', 'b', 'c'];
  const endings = await world.endings(words.map((word) => client.command(['ECHO', word])));
  expect(endings).toEqual(words.map((value) => ({ value })));
  await world.clock.settle();
  // Node itself reports what subscribers throw, as exceptions that nobody caught.
  expect(errors.length).toBeGreaterThan(0);
});
