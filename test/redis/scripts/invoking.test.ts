import { defineLibrary, defineScript } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { resp } from '../../../src/testing/resp-wire.ts';
import { blockedBehind } from '../../support/blocked-loop.ts';
import { RedisWorld } from '../../support/redis-world.ts';

const ADD = defineScript({ lua: 'return ARGV[1] + ARGV[2]', keys: 0, args: 2, reply: Number });
const LOOK = defineScript({ lua: 'return 1', readOnly: true, reply: Number });
const MISSING = { bytes: resp.error('NOSCRIPT No matching script. Please use EVAL.') };

/** A server that knows a script once it was sent with its text, and answers with 7. */
function worldOfScripts(): RedisWorld {
  const world = new RedisWorld();
  let isKnown = false;
  for (const suffix of ['', '_RO']) {
    world.redis.on(`EVALSHA${suffix}`, () => (isKnown ? { bytes: resp.integer(7) } : MISSING));
    world.redis.on(`EVAL${suffix}`, () => {
      isKnown = true;
      return { bytes: resp.integer(7) };
    });
  }
  return world;
}

function namesOf(world: RedisWorld): string[] {
  return world.redis.commands.map(({ name }) => name).filter((name) => /^(?:EVAL|FCALL|FUNCTION)/.test(name));
}

describe('a script', () => {
  test('is sent with its text where the server does not know it, and by its SHA-1 from then on', async () => {
    const world = worldOfScripts();
    const redis = await world.connect();
    expect(await world.clock.waitFor(redis.invoke(ADD, [], [3, 4]))).toBe(7);
    expect(await world.clock.waitFor(redis.invoke(ADD, [], [3, 4]))).toBe(7);
    expect(world.received(1)).toEqual([
      `EVALSHA ${ADD.sha1} 0 3 4`,
      'EVAL return ARGV[1] + ARGV[2] 0 3 4',
      `EVALSHA ${ADD.sha1} 0 3 4`,
    ]);
  });

  test('that a hundred callers want at once is sent with its text by one of them', async () => {
    const world = worldOfScripts();
    const redis = await world.connect();
    const calls = Array.from({ length: 100 }, () => redis.invoke(ADD, [], [3, 4]));
    expect(await world.clock.waitFor(Promise.all(calls))).toEqual(calls.map(() => 7));
    expect(namesOf(world).filter((name) => name === 'EVAL')).toHaveLength(1);
  });

  test('that is loaded by another in vain is sent with its text by each', async () => {
    const world = new RedisWorld();
    world.redis.on('EVALSHA', () => MISSING);
    world.redis.on('EVAL', () => ({ bytes: resp.integer(1) }));
    const redis = await world.connect();
    const calls = [redis.invoke(ADD, [], [3, 4]), redis.invoke(ADD, [], [3, 4])];
    expect(await world.clock.waitFor(Promise.all(calls))).toEqual([1, 1]);
    expect(namesOf(world)).toEqual(['EVALSHA', 'EVALSHA', 'EVAL', 'EVALSHA', 'EVAL']);
  });

  test('has one deadline, whether it is sent once or again', async () => {
    const world = new RedisWorld();
    world.redis.on('EVALSHA', () => ({ ...MISSING, afterMs: 600 }));
    world.redis.on('EVAL', () => 'silence');
    const redis = await world.connect();
    const startedAt = world.clock.now();
    const failure = await world.failureOf(redis.invoke(ADD, [], [3, 4], { timeoutMs: 1_000 }));
    expect(failure).toMatchObject({ code: 'DEADLINE', outcome: 'unknown', command: 'EVAL' });
    expect(world.clock.now() - startedAt).toBe(1_000);
  });

  test('keeps its deadline when the event loop is blocked in the turn in which it is sent again', async () => {
    const world = new RedisWorld();
    world.redis.on('EVALSHA', () => MISSING);
    world.redis.on('EVAL', () => 'silence');
    const redis = await world.connect({ stallAfterMs: 60_000 });
    const failure = world.failureOf(redis.invoke(ADD, [], [3, 4], { timeoutMs: 1_000 }));
    const blocked = blockedBehind(redis.command(['ECHO', 'x']), world.clock);
    expect(await failure).toMatchObject({ code: 'DEADLINE', outcome: 'unknown', command: 'EVAL' });
    expect(world.clock.now()).toBe(await blocked);
  });

  test('has the deadline of the client where it has none of its own, and the server may be silent no longer for it', async () => {
    const world = new RedisWorld();
    world.redis.on('EVALSHA', () => ({ ...MISSING, afterMs: 1_000 }));
    world.redis.on('EVAL', () => 'silence');
    const redis = await world.connect({ timeoutMs: 60_000, stallAfterMs: 2_000 });
    const failure = await world.failureOf(redis.invoke(ADD, [], [3, 4]));
    expect(failure).toMatchObject({ code: 'STALLED', outcome: 'unknown', command: 'EVAL' });
  });

  test('is `not-sent` where it was refused as missing, and its text cannot be sent', async () => {
    const world = worldOfScripts();
    const redis = await world.connect({ maxPending: { bytes: 1_000 } });
    const long = defineScript({ lua: `return '${'-'.repeat(1_000)}'` });
    const failure = await world.failureOf(redis.invoke(long, [], []));
    expect(failure).toMatchObject({ outcome: 'not-sent', command: 'EVAL' });
    expect(namesOf(world)).toEqual(['EVALSHA']);
  });

  test('that writes is not sent again when the connection is lost over it', async () => {
    const world = new RedisWorld();
    world.redis.on('EVALSHA', () => 'reset');
    const redis = await world.connect();
    const failure = await world.failureOf(redis.invoke(ADD, [], [3, 4]));
    expect(failure).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown', command: 'EVALSHA' });
    expect(namesOf(world)).toEqual(['EVALSHA']);
  });

  test('that only reads is, also by its text where it is missing then; but not with `retry: never`', async () => {
    const world = worldOfScripts();
    world.redis.on('EVALSHA_RO', ({ count }) => (count === 1 || count > 2 ? 'reset' : MISSING));
    const redis = await world.connect();
    expect(await world.clock.waitFor(redis.invoke(LOOK, [], []))).toBe(7);
    expect(namesOf(world)).toEqual(['EVALSHA_RO', 'EVALSHA_RO', 'EVAL_RO']);
    const failure = await world.failureOf(redis.invoke(LOOK, [], [], { retry: 'never' }));
    expect(failure).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' });
  });

  test('that may have run when it was sent first is `unknown`, though it is refused as missing then', async () => {
    const world = new RedisWorld();
    world.redis.on('EVALSHA', ({ count }) => (count === 1 ? 'reset' : MISSING));
    world.redis.on('EVAL', () => ({ bytes: resp.error('OOM no memory') }));
    const redis = await world.connect();
    const failure = await world.failureOf(redis.invoke(ADD, [], [3, 4], { retry: 'always' }));
    expect(failure).toMatchObject({ code: 'OOM', outcome: 'unknown' });
  });

  test('that refuses with the code NOSCRIPT itself is not run twice', async () => {
    const world = new RedisWorld();
    world.redis.on('EVALSHA', () => ({ bytes: resp.error('NOSCRIPT of my own') }));
    const redis = await world.connect();
    const failure = await world.failureOf(redis.invoke(ADD, [], [3, 4]));
    expect(failure).toMatchObject({ code: 'NOSCRIPT', outcome: 'refused' });
    expect(namesOf(world)).toEqual(['EVALSHA']);
  });

  test('has its keys behind the prefix of the client', async () => {
    const world = worldOfScripts();
    const redis = await world.connect({ keyPrefix: 'app:' });
    const script = defineScript({ lua: 'return 1', keys: ['from', 'to'], args: ['amount'] });
    await world.clock.waitFor(redis.invoke(script, { to: 'b', from: 'a' }, { amount: 5 }));
    expect(world.received(1)).toEqual([
      `EVALSHA ${script.sha1} 2 app:a app:b 5`,
      'EVAL return 1 2 app:a app:b 5',
    ]);
  });
});

describe('a function of a library', () => {
  const library = defineLibrary({
    code: '#!lua name=stock\n...',
    functions: { reserve: { keys: 1, args: 1, reply: Number }, look: { keys: 1, readOnly: true } },
  });

  test('has its library loaded where the server does not have it, by one of those who call', async () => {
    const world = new RedisWorld();
    let isLoaded = false;
    world.redis.on('FCALL', () =>
      isLoaded ? { bytes: resp.integer(1) } : { bytes: resp.error('ERR Function not found') },
    );
    world.redis.on('FUNCTION', () => {
      isLoaded = true;
      return { bytes: resp.bulk('stock') };
    });
    const redis = await world.connect();
    const calls = [1, 2, 3].map(() => redis.invoke(library.functions.reserve, ['a'], [2]));
    expect(await world.clock.waitFor(Promise.all(calls))).toEqual([1, 1, 1]);
    expect(world.received(1).filter((text) => text.startsWith('FUNCTION'))).toEqual([
      `FUNCTION LOAD REPLACE ${library.code}`,
    ]);
  });

  test('is given up where its library has no such function', async () => {
    const world = new RedisWorld();
    world.redis.on('FCALL', () => ({ bytes: resp.error('ERR Function not found') }));
    world.redis.on('FUNCTION', () => ({ bytes: resp.bulk('stock') }));
    const redis = await world.connect();
    const failure = await world.failureOf(redis.invoke(library.functions.reserve, ['a'], [2]));
    expect(failure).toMatchObject({ code: 'ERR', outcome: 'refused', command: 'FCALL' });
    expect(namesOf(world).filter((name) => name === 'FUNCTION').length).toBeLessThan(4);
  });

  test('rejects with why its library cannot be loaded', async () => {
    const world = new RedisWorld();
    world.redis.on('FCALL_RO', () => ({ bytes: resp.error('ERR Function not found') }));
    world.redis.on('FUNCTION', () => ({ bytes: resp.error('NOPERM this user may not') }));
    const redis = await world.connect();
    const failure = await world.failureOf(redis.invoke(library.functions.look, ['a'], []));
    expect(failure).toMatchObject({ code: 'NOPERM', outcome: 'refused', command: 'FUNCTION' });
  });
});

describe('what is wrong with a definition or a call', () => {
  test.each([
    ['a number below 0', () => defineScript({ lua: '', keys: Number('-1') }), 'keys of the script'],
    ['a name twice', () => defineScript({ lua: '', args: ['a', 'a'] }), 'args of the script'],
    ['no text', () => defineScript({} as { lua: string }), 'lua: expected string, got undefined'],
    ['no object', () => defineScript('return 1' as never), 'a script: expected object, got string'],
    ['no converter', () => defineScript({ lua: '', reply: 'Number' as never }), 'reply of the script'],
    ['no library', () => defineLibrary({ code: '', functions: { a: 1 as never } }), 'function a'],
  ])('is told at once: %s', (_what, define, message) => {
    expect(define).toThrow(message);
    expect(define).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', outcome: 'not-sent' }) as Error,
    );
  });

  test('is told in the call alone, which is not sent', async () => {
    const world = new RedisWorld();
    const redis = await world.connect();
    const named = defineScript({ lua: '', keys: ['from'] });
    const calls = [
      redis.invoke(ADD, [], [1] as never),
      redis.invoke(ADD, ['a'] as never, [1, 2]),
      redis.invoke(named, {} as never, []),
      redis.invoke(named, { from: 'a', to: 'b' } as never, []),
      redis.invoke(named, ['a'] as never, []),
      redis.invoke({ lua: 'return 1' } as never, [] as never, [] as never),
      redis.invoke(ADD, [], [1, {} as never]),
    ];
    const endings = await world.endings<unknown>(calls);
    expect(endings).toMatchObject(
      calls.map(() => ({ error: { code: 'INVALID_ARGUMENT', outcome: 'not-sent' } })),
    );
    expect(namesOf(world)).toEqual([]);
  });
});
