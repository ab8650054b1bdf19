import { inspect } from 'node:util';
import type { HawserError, Redis, RedisOptions } from 'hawser/redis';
import { resp, type SimulatedRedisHandler } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { ENDPOINT, RedisWorld, endingOf } from '../support/redis-world.ts';

const SECRET = 's3cret';
const CREDENTIALS = { username: `user-${SECRET}`, password: `password-${SECRET}` };

/** A failure to bring about: its code, what the server does, and the call. */
interface Failing {
  readonly code: string;
  readonly options?: RedisOptions;
  readonly handler?: SimulatedRedisHandler;
  /** Brings it about once the client is connected. */
  readonly arrange?: (world: RedisWorld) => void | Promise<void>;
  readonly call?: (client: Redis) => Promise<unknown>;
}

const set = (client: Redis): Promise<unknown> => client.set(`key-${SECRET}`, `value-${SECRET}`);

async function goDown(world: RedisWorld): Promise<void> {
  world.crash();
  await world.clock.advance(3_000);
}

/** Errors in which servers repeat what they were sent, as they do. */
const ECHOES = [
  `ERR unknown command 'SET', with args beginning with: 'key-${SECRET}' 'value-${SECRET}' `,
  `ERR unknown command \`SET\`, with args beginning with: \`key-${SECRET}\`, \`value-${SECRET}\`, `,
  `ERR unknown subcommand '${SECRET}'. Try CLIENT HELP.`,
  `ERR Error running script: @user_script:1: unexpected symbol near '${SECRET}'`,
  `NOPERM this user has no permissions to access one of the keys used as arguments '${SECRET}'`,
];

const FAILURES: readonly Failing[] = [
  { code: 'DEADLINE', handler: () => 'silence', options: { timeoutMs: 100 } },
  { code: 'STALLED', handler: () => 'silence' },
  { code: 'CONNECTION_LOST', handler: () => 'reset' },
  { code: 'PROTOCOL_VIOLATION', handler: () => ({ bytes: `@${SECRET}\r\n` }) },
  { code: 'PROTOCOL_VIOLATION', handler: () => ({ bytes: `$4\r\n${SECRET}\r\n` }) },
  { code: 'PROTOCOL_VIOLATION', handler: () => ({ bytes: `(${SECRET}\r\n` }) },
  { code: 'PROTOCOL_VIOLATION', handler: () => ({ bytes: `,${SECRET}\r\n` }) },
  {
    code: 'LIMIT_EXCEEDED',
    handler: () => ({ bytes: `+${SECRET.repeat(20)}` }),
    options: { limits: { maxLineBytes: 100 } },
  },
  {
    code: 'TRANSACTION_TORN',
    handler: () => ({ bytes: resp.bulk(SECRET) }),
    call: (client) => client.transaction([['SET', SECRET, SECRET]]),
  },
  {
    code: 'EXECABORT',
    call: (client) =>
      client.transaction([
        ['SET', SECRET],
        ['SET', SECRET, SECRET],
      ]),
  },
  { code: 'NOT_CONNECTED', arrange: goDown },
  { code: 'OVERLOADED', options: { maxPending: { bytes: 1 } } },
  {
    code: 'CLOSED',
    arrange: () => {},
    call: (client) => {
      void client.close();
      return set(client);
    },
  },
  { code: 'ABORTED', call: (client) => client.set(SECRET, SECRET, { signal: AbortSignal.abort() }) },
  {
    code: 'INVALID_ARGUMENT',
    call: (client) => client.command(['SET', SECRET, { [SECRET]: SECRET } as never]),
  },
  { code: 'INVALID_ARGUMENT', call: (client) => client.command([SECRET, Symbol(SECRET) as never]) },
  { code: 'UNSHAREABLE_COMMAND', call: (client) => client.command(['AUTH', SECRET]) },
  { code: 'UNSHAREABLE_COMMAND', call: (client) => client.command(['CLIENT', 'SETNAME', SECRET]) },
  // A command whose first word is an argument in the wrong place.
  {
    code: 'CONNECTION_LOST',
    arrange: (world) => void world.redis.on('*', () => 'reset'),
    call: (client) => client.command([`key ${SECRET}`, 'x']),
  },
  ...ECHOES.map((text): Failing => ({
    code: text.split(' ')[0]!,
    handler: () => ({ bytes: resp.error(text) }),
  })),
];

/** An error and all that are behind it. */
function chainOf(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...chainOf(error.cause)] : [];
}

/** All that a log could show of an error. */
function everythingIn(error: HawserError): string {
  return chainOf(error)
    .map((each) => [
      inspect(each, { depth: Infinity, showHidden: true }),
      JSON.stringify(each),
      JSON.stringify(Object.getOwnPropertyDescriptors(each)),
      String((each as Error).stack),
    ])
    .join('\n');
}

describe('no argument and no secret is in an error: its message, properties, stack, JSON, causes', () => {
  test.each(FAILURES)('$code', async ({ code, options, handler, arrange, call = set }) => {
    const world = new RedisWorld({ credentials: CREDENTIALS });
    const client = await world.connect({ ...options, credentials: CREDENTIALS });
    if (handler !== undefined) world.redis.on('SET', handler);
    await arrange?.(world);
    const error = await world.failureOf(call(client));
    expect(error.code).toBe(code);
    expect(everythingIn(error)).not.toContain(SECRET);
    expect(JSON.stringify(client.explain())).not.toContain(SECRET);
  });

  test('errors in place, of pipelines', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('SET', ({ count }) => (count === 1 ? { bytes: resp.error(ECHOES[0]!) } : 'reset'));
    const replies = await world.clock.waitFor(
      client.pipeline([
        ['SET', SECRET, SECRET],
        ['SET', SECRET, SECRET],
      ]),
    );
    expect(replies).toMatchObject([{ code: 'ERR' }, { code: 'CONNECTION_LOST' }]);
    for (const reply of replies) expect(everythingIn(reply as HawserError)).not.toContain(SECRET);
  });

  test.each([
    ['wrong', { password: 'right' }],
    ['nobody asked for', undefined],
  ])('a password that is %s', async (_, credentials) => {
    const world = new RedisWorld(credentials === undefined ? {} : { credentials });
    world.redis.script(({ command }) =>
      command.name === 'HELLO'
        ? { bytes: resp.error(`WRONGPASS ${command.name} '${command.text}'`) }
        : undefined,
    );
    const client = world.start({}, `redis://user-${SECRET}:password-${SECRET}@redis.test:6379`);
    const error = await world.failureOf(client.ready());
    expect(error.cause).toMatchObject({ code: 'HANDSHAKE_REFUSED' });
    expect(everythingIn(error)).not.toContain(SECRET);
    expect(JSON.stringify(client.explain())).not.toContain(SECRET);
  });
});

describe('an error', () => {
  test('has the stack of the caller who awaits it', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', () => ({ bytes: resp.error('ERR value is not an integer or out of range') }));
    async function addToTheCart(): Promise<void> {
      await client.incr('cart');
    }
    const refused = await world.failureOf(addToTheCart());
    expect(refused.stack).toMatch(
      /^RedisReplyError: ERR value is not an integer.*\n(.*\n)*.*at (async )?addToTheCart/,
    );
    world.redis.on('INCR', () => 'reset');
    const lost = await world.failureOf(addToTheCart());
    expect(lost.stack).toMatch(/at (async )?addToTheCart/);
  });

  test('is shown by JSON and console with its code, outcome and command', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', () => 'reset');
    const error = await world.failureOf(client.incr('n'));
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'HawserError',
      code: 'CONNECTION_LOST',
      outcome: 'unknown',
      command: 'INCR',
    });
    expect(inspect(error)).toContain("outcome: 'unknown'");
  });

  test('of a call that was late does not drown a log in its explanation', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    world.redis.on('INCR', () => 'silence');
    const error = await world.failureOf(client.incr('n', { timeoutMs: 50 }));
    expect(error.explanation).toBeDefined();
    expect(inspect(error)).not.toContain('transitions');
  });

  test('of NOT_CONNECTED says for how long, why, and what comes next', async () => {
    const world = new RedisWorld();
    world.network.answerDials(ENDPOINT, { kind: 'refuse' });
    const client = world.start({ backoff: { baseMs: 10_000, capMs: 10_000 }, whenDownWaitMs: 100 });
    expect((await world.failureOf(client.incr('n'))).message).toMatch(
      /^INCR: not connected for 100 ms, next attempt in \d+ ms; last cause: redis\.test:6379: the connection was refused$/,
    );
  });
});

test('behind close() everyone is told CLOSED, also when the connection was lost while it drained', async () => {
  const world = new RedisWorld({ kernelBufferBytes: 50 });
  world.redis.on('SET', () => 'silence');
  const client = await world.connect();
  const inFlight = endingOf(client.set('key', 'x'.repeat(1_000)));
  await world.clock.advance(1);
  world.wire(1).stopReading();
  // Behind the first, for which the kernel has no room.
  const waiting = endingOf(client.set('other', 'y'));
  const closed = client.close({ timeoutMs: 1_000 });
  const early = endingOf(client.get('key'));
  world.wire(1).reset();
  await world.clock.waitFor(closed);
  const late = [endingOf(client.get('key')), endingOf(client.ready()), endingOf(client.capacity())];
  expect(await inFlight).toMatchObject({ error: { code: 'CONNECTION_LOST', outcome: 'unknown' } });
  for (const ending of await Promise.all([waiting, early, ...late])) {
    expect(ending).toMatchObject({ error: { code: 'CLOSED', outcome: 'not-sent' } });
  }
});
