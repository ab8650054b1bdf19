import type { Redis, RedisOptions } from 'hawser/redis';
import { resp, type SimulatedRedisBehaviour } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { VERSION } from '../../src/redis/version.ts';
import { RedisWorld, endingOf } from '../support/redis-world.ts';

const SETINFO = ['CLIENT SETINFO LIB-NAME hawser', `CLIENT SETINFO LIB-VER ${VERSION}`];
/** What a handshake ends with where nothing else was asked for. */
const END = ['PING', ...SETINFO];
const PASSWORD = 's3cret';

/** All that the server received on a connection. */
function words(world: RedisWorld, connection = 1): string[] {
  return world.server(connection).commands.map(({ text }) => text);
}

/** The next connection answers this command with these bytes. */
function answering(name: string, bytes: string | Uint8Array): SimulatedRedisBehaviour {
  return ({ command }) => (command.text.startsWith(name) ? { bytes } : undefined);
}

/** Why the client is not connected, as calls are told. */
async function causeOfOutage(world: RedisWorld, client: Redis): Promise<string | undefined> {
  await world.clock.advance(20);
  return client.explain().lastCause;
}

describe('the handshake is over before any call goes out', () => {
  const EVERYTHING: RedisOptions = {
    credentials: { username: 'user', password: PASSWORD },
    database: 3,
    clientName: 'worker-1',
  };
  const WHOLE = [`HELLO 3 AUTH user ${PASSWORD}`, 'SELECT 3', 'PING', 'CLIENT SETNAME worker-1', ...SETINFO];

  test('HELLO 3 with AUTH, SELECT, PING, CLIENT SETNAME and SETINFO, in this order', async () => {
    const world = new RedisWorld({ credentials: { username: 'user', password: PASSWORD } });
    const client = world.start(EVERYTHING);
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    expect(words(world)).toEqual([...WHOLE, 'INCR n']);
    expect(world.redis.value('n', 3)).toBe('1');
    expect(world.server(1).session).toMatchObject({ protocol: 3, database: 3, clientName: 'worker-1' });
  });

  test('on each connection anew, before the calls that waited', async () => {
    const world = new RedisWorld({ credentials: { username: 'user', password: PASSWORD } });
    const client = world.start(EVERYTHING);
    await world.clock.waitFor(client.ready());
    world.crash();
    await world.clock.advance(10);
    const calls = [client.incr('n'), client.incr('n')];
    world.restart();
    expect(await world.clock.waitFor(Promise.all(calls))).toEqual([1, 2]);
    expect(words(world, 2)).toEqual([...WHOLE, 'INCR n', 'INCR n']);
    expect(world.redis.value('n', 3)).toBe('2');
  });

  test('no call goes out while the last answer of it is missing', async () => {
    const world = new RedisWorld({ script: [answering('CLIENT SETINFO LIB-VER', '')] });
    const client = world.start();
    const call = endingOf(client.incr('n'));
    await world.clock.advance(1_000);
    expect(client.state).toBe('handshaking');
    expect(world.redis.timesReceived('n')).toBe(0);
    world.server(1).send('+OK\r\n');
    expect(await world.clock.waitFor(call)).toEqual({ value: 1 });
  });

  test('only what was asked for', async () => {
    const world = new RedisWorld();
    await world.connect();
    expect(words(world)).toEqual(['HELLO 3', ...END]);
  });

  test('a password without a name is that of the default user', async () => {
    const world = new RedisWorld({ credentials: { password: PASSWORD } });
    await world.connect({ credentials: { password: PASSWORD } });
    expect(words(world)[0]).toBe(`HELLO 3 AUTH default ${PASSWORD}`);
  });

  test('cut into single bytes it is the same', async () => {
    const world = new RedisWorld({
      credentials: { username: 'user', password: PASSWORD },
      toClient: { slicing: 'each-byte' },
      toServer: { slicing: 'each-byte' },
    });
    const client = await world.connect(EVERYTHING);
    expect(client.state).toBe('ready');
  });

  test('push messages in it reach the listeners', async () => {
    const greeting = resp.map([resp.bulk('proto'), resp.integer(3)], 3);
    const bytes = Buffer.concat([resp.push('early', '1'), greeting]);
    const world = new RedisWorld({ script: [answering('HELLO', bytes)] });
    const client = world.start();
    const pushed: unknown[] = [];
    client.onPush((message) => pushed.push(message));
    await world.clock.waitFor(client.ready());
    expect(pushed).toEqual([['early', '1']]);
  });
});

describe('RESP2 is fallen back to', () => {
  test.each([
    ['an unknown command', '-ERR unknown command `HELLO`, with args beginning with: `3`, \r\n'],
    ['an unknown command, as older servers say it', "-ERR unknown command 'HELLO'\r\n"],
    ['a version it does not have', '-NOPROTO unsupported protocol version\r\n'],
  ])('where HELLO is %s', async (_, bytes) => {
    const world = new RedisWorld({ script: [answering('HELLO', bytes)] });
    const client = await world.connect({ database: 1 });
    expect(words(world)).toEqual(['HELLO 3', 'ROLE', 'SELECT 1', ...END]);
    expect(await world.clock.waitFor(client.get('missing'))).toBeNull();
  });

  test.each([
    [{ password: PASSWORD }, `AUTH ${PASSWORD}`],
    [{ username: 'user', password: PASSWORD }, `AUTH user ${PASSWORD}`],
  ])('and AUTH is asked in its place, with %j', async (credentials, auth) => {
    const world = new RedisWorld({ credentials, script: ['no-hello'] });
    const client = await world.connect({ credentials });
    expect(words(world).slice(1)).toEqual([auth, 'ROLE', ...END]);
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
  });

  test('where it is refused for any other reason it is not', async () => {
    const world = new RedisWorld({ script: [answering('HELLO', '-ERR Protocol error\r\n')] });
    const client = world.start({ backoff: { baseMs: 10_000 } });
    expect(await causeOfOutage(world, client)).toBe('HELLO: ERR Protocol error');
    expect(words(world)).toEqual(['HELLO 3']);
  });
});

describe('RESP2 that was asked for', () => {
  test('is spoken without HELLO', async () => {
    const world = new RedisWorld();
    const client = world.start({ protocol: 2 });
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    expect(words(world)).toEqual(['ROLE', ...END, 'INCR n']);
  });

  test('authenticates with AUTH', async () => {
    const world = new RedisWorld({ credentials: { username: 'user', password: PASSWORD } });
    const client = world.start({ protocol: 2, credentials: { username: 'user', password: PASSWORD } });
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    expect(words(world)).toEqual([`AUTH user ${PASSWORD}`, 'ROLE', ...END, 'INCR n']);
  });
});

describe('CLIENT SETNAME and SETINFO', () => {
  test.each([
    ['are unknown', '-ERR unknown subcommand. Try CLIENT HELP.\r\n'],
    ['are forbidden', "-NOPERM this user has no permissions to run the 'client|setinfo' command\r\n"],
  ])('that %s do no harm', async (_, bytes) => {
    const world = new RedisWorld({ script: [answering('CLIENT', bytes)] });
    const client = await world.connect({ clientName: 'worker-1' });
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    expect(world.network.dials).toHaveLength(1);
  });
});

describe('credentials from a function', () => {
  test('are asked for at each connect, with a signal, so that they may rotate', async () => {
    const world = new RedisWorld({ credentials: { username: 'user', password: 'p' } });
    const signals: AbortSignal[] = [];
    let asked = 0;
    const client = await world.connect({
      credentials: async ({ signal }) => {
        signals.push(signal);
        await Promise.resolve();
        asked += 1;
        return { username: 'user', password: 'p' };
      },
    });
    world.server(1).reset();
    await world.clock.advance(200);
    expect(client.state).toBe('ready');
    expect(asked).toBe(2);
    // The first connection is over, the second is not.
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    expect(words(world, 2)[0]).toBe('HELLO 3 AUTH user p');
  });

  test.each([
    ['throws', () => Promise.reject(new Error(`no token: ${PASSWORD}`))],
    [
      'throws at once',
      () => {
        throw new Error(`no token: ${PASSWORD}`);
      },
    ],
    ['returns no credentials', () => `token ${PASSWORD}` as never],
    ['returns a password that is no text', () => ({ password: 42 as never })],
  ])('that %s: it is tried again, and its text is in no message', async (_, credentials) => {
    const world = new RedisWorld();
    let isMended = false;
    const client = world.start({ credentials: () => (isMended ? {} : credentials()) });
    const call = world.failureOf(client.ready({ timeoutMs: 50 }));
    expect(await call).toMatchObject({ code: 'DEADLINE', cause: { code: 'CONNECT_FAILED' } });
    expect(client.explain().lastCause).toBe('the credentials function failed');
    expect(client.explain().failures).toBeGreaterThan(0);
    isMended = true;
    await world.clock.waitFor(client.ready());
  });

  test('that hangs is given up after handshakeTimeoutMs; its signal fires, and what it says then is stale', async () => {
    const world = new RedisWorld();
    const signals: AbortSignal[] = [];
    const answers: ((credentials: object) => void)[] = [];
    const client = world.start({
      handshakeTimeoutMs: 700,
      credentials: ({ signal }) => {
        signals.push(signal);
        return new Promise((resolve) => answers.push(resolve));
      },
    });
    await world.clock.advance(690);
    expect(client.state).toBe('handshaking');
    await world.clock.advance(20);
    expect(client.explain().transitions.at(-1)?.cause ?? client.explain().lastCause).toMatch(
      /^no end of the handshake with redis\.test:6379 within 700 ms$/,
    );
    expect(signals[0]?.aborted).toBe(true);
    expect(signals[0]?.reason).toMatchObject({ code: 'HANDSHAKE_TIMEOUT' });
    answers[0]?.({ password: 'late' });
    await world.clock.advance(200);
    expect(words(world)).toEqual([]);
    answers[1]?.({});
    await world.clock.waitFor(client.ready());
  });
});

describe('a refusal that will not pass by itself', () => {
  const WRONG = { credentials: { password: 'wrong' } };
  const REFUSAL =
    /^\w+: not connected .*parked.*; last cause: HELLO: WRONGPASS invalid username-password pair/;

  test('before the first success it parks the connection: calls, ready() and connect() say why', async () => {
    const world = new RedisWorld({ credentials: { password: PASSWORD } });
    const client = world.start(WRONG);
    const waiting = world.failureOf(client.incr('n'));
    expect(await waiting).toMatchObject({ code: 'NOT_CONNECTED', outcome: 'not-sent' });
    expect(client.state).toBe('parked');
    for (const call of [() => client.incr('n'), () => client.ready()]) {
      const error = await world.failureOf(call());
      expect(error).toMatchObject({ code: 'NOT_CONNECTED', cause: { code: 'HANDSHAKE_REFUSED' } });
      expect(error.message).toMatch(REFUSAL);
    }
    await world.clock.advance(600_000);
    expect(world.network.dials).toHaveLength(1);
  });

  test('ready() that waits is told at once', async () => {
    const world = new RedisWorld({ credentials: { password: PASSWORD } });
    const error = await world.failureOf(world.start(WRONG).ready());
    expect(error.message).toMatch(REFUSAL);
    expect(world.clock.now()).toBeLessThan(100);
  });

  test('retryNow() un-parks it, with the credentials as they are then', async () => {
    const world = new RedisWorld({ credentials: { password: PASSWORD } });
    let password = 'wrong';
    const client = world.start({ credentials: () => ({ password }) });
    await world.failureOf(client.ready());
    client.retryNow();
    await world.clock.advance(20);
    expect(client.state).toBe('parked');
    password = PASSWORD;
    client.retryNow();
    await world.clock.waitFor(client.ready());
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
  });

  test('after a first success it is tried again slowly, and visibly, until the password is right again', async () => {
    const world = new RedisWorld({ credentials: { password: PASSWORD } });
    let password = PASSWORD;
    const client = world.start({ credentials: () => ({ password }) });
    await world.clock.waitFor(client.ready());
    password = 'rotated';
    world.server(1).reset();
    await world.clock.advance(1_000);
    expect(client.state).toBe('backing-off');
    const { nextAttemptInMs, lastCause } = client.explain();
    // 30 s, less up to a tenth that spreads a fleet, less what has passed.
    expect(nextAttemptInMs).toBeGreaterThan(25_900);
    expect(nextAttemptInMs).toBeLessThan(29_100);
    expect(lastCause).toMatch(/^HELLO: WRONGPASS/);
    const dials = world.network.dials.length;
    await world.clock.advance(25_000);
    expect(world.network.dials).toHaveLength(dials);
    await world.clock.advance(100_000);
    expect(world.network.dials.length - dials).toBeLessThanOrEqual(5);
    expect(await world.failureOf(client.incr('n'))).toMatchObject({ code: 'NOT_CONNECTED' });
    password = PASSWORD;
    await world.clock.waitFor(client.ready({ timeoutMs: 31_000 }));
  });

  test.each([
    ['NOAUTH', 'HELLO', '-NOAUTH HELLO must be called with the client already authenticated\r\n'],
    ['NOPERM', 'HELLO', "-NOPERM User default has no permissions to run the 'hello' command\r\n"],
    ['no such database', 'SELECT', '-ERR DB index is out of range\r\n'],
    ['protected mode', 'HELLO', '-DENIED Redis is running in protected mode\r\n'],
    [
      'a password nobody asked for',
      'HELLO',
      '-ERR AUTH <password> called without any password configured\r\n',
    ],
  ])('%s', async (_, command, bytes) => {
    const world = new RedisWorld({ script: [answering(command, bytes)] });
    const client = world.start({ database: 9 });
    const error = await world.failureOf(client.ready());
    expect(client.state).toBe('parked');
    expect(error.cause).toMatchObject({ code: 'HANDSHAKE_REFUSED', outcome: 'not-sent' });
    expect(client.explain().lastCause).toContain(`${command}: ${bytes.slice(1, 8)}`);
  });

  test('a password that was not given, by a server without HELLO', async () => {
    const world = new RedisWorld({ credentials: { password: PASSWORD }, script: ['no-hello'] });
    const client = world.start();
    await world.failureOf(client.ready());
    expect(client.state).toBe('parked');
    expect(client.explain().lastCause).toMatch(/^PING: NOAUTH/);
  });

  test('AUTH of a server without HELLO', async () => {
    const world = new RedisWorld({ credentials: { password: PASSWORD }, script: ['no-hello'] });
    const client = world.start(WRONG);
    await world.failureOf(client.ready());
    expect(client.state).toBe('parked');
    expect(client.explain().lastCause).toMatch(/^AUTH: WRONGPASS/);
  });
});

describe('a refusal that may pass keeps its text and is tried again', () => {
  test.each([
    ['HELLO', 'ERR max number of clients reached'],
    ['HELLO', 'LOADING Redis is loading the dataset in memory'],
    ['HELLO', 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.'],
    ['HELLO', 'MASTERDOWN Link with MASTER is down'],
    ['SELECT', 'LOADING Redis is loading the dataset in memory'],
    // HELLO, SELECT and CLIENT are answered also by a server that is loading or held up by a script.
    ['PING', 'LOADING Redis is loading the dataset in memory'],
    ['PING', 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.'],
  ])('%s: %s', async (command, text) => {
    const world = new RedisWorld({ script: [answering(command, `-${text}\r\n`)] });
    const client = world.start({ database: 1, backoff: { baseMs: 1_000 } });
    const states: string[] = [];
    client.onState(({ to }) => states.push(to));
    expect(await causeOfOutage(world, client)).toBe(`${command}: ${text}`);
    await world.clock.waitFor(client.ready());
    expect(states).not.toContain('parked');
    expect(world.network.dials).toHaveLength(2);
  });

  test('also when the server says it unasked and hangs up', async () => {
    const world = new RedisWorld({
      script: [
        ({ connection }) => {
          connection.send('-ERR max number of clients reached\r\n');
          return 'end';
        },
      ],
    });
    const client = world.start({ backoff: { baseMs: 1_000 } });
    expect(await causeOfOutage(world, client)).toBe('HELLO: ERR max number of clients reached');
  });

  test('what the server says and no error fits is a violation, and is tried again', async () => {
    const world = new RedisWorld({ script: [{ raw: 'HTTP/1.1 400 Bad Request\r\n\r\n' }] });
    const client = world.start({ backoff: { baseMs: 1_000 } });
    expect(await causeOfOutage(world, client)).toMatch(/expected a type of RESP, got byte 0x48$/);
    await world.clock.waitFor(client.ready());
  });

  test('a server that says nothing is given up after handshakeTimeoutMs', async () => {
    const world = new RedisWorld({ script: ['silent'] });
    const client = world.start({ handshakeTimeoutMs: 300 });
    await world.clock.advance(290);
    expect(client.state).toBe('handshaking');
    await world.clock.waitFor(client.ready());
    expect(client.explain().transitions.find(({ to }) => to === 'backing-off')?.cause).toMatch(
      /within 300 ms$/,
    );
  });
});
