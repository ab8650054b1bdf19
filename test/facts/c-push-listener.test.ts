import { resp } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RedisWorld } from '../support/redis-world.ts';

// What a listener throws shifts no reply and becomes a warning of the process.

/** The warnings of the process from now on; they are not printed until the test is over. */
function watchWarnings(): Error[] {
  const warnings: Error[] = [];
  const others = process.listeners('warning');
  const note = (warning: Error): void => void warnings.push(warning);
  process.removeAllListeners('warning').on('warning', note);
  onTestFinished(() => {
    process.off('warning', note);
    for (const other of others) process.on('warning', other);
  });
  return warnings;
}

/** Sends a push message in front of each reply to ECHO, and one behind it. */
function pushAround(world: RedisWorld): void {
  world.redis.on('ECHO', ({ run }) => ({
    bytes: [resp.push('news', 'before'), run(), resp.push('news', 'after')],
  }));
}

const LISTENERS: readonly [string, (message: unknown) => unknown][] = [
  [
    'throws an error',
    () => {
      throw new Error('broken listener');
    },
  ],
  [
    'throws what is no error',
    () => {
      // oxlint-disable-next-line typescript/only-throw-error -- that is what is tested
      throw 'broken listener';
    },
  ],
  ['is async and rejects', () => Promise.reject(new Error('broken listener'))],
  [
    'is async and rejects later',
    async () => {
      await Promise.resolve();
      throw new Error('broken listener');
    },
  ],
];

describe.each(LISTENERS)('a push listener that %s', (_, listener) => {
  test('shifts no reply', async () => {
    watchWarnings();
    const world = new RedisWorld({ toClient: { slicing: 'random' } });
    const client = await world.connect();
    pushAround(world);
    client.onPush(listener);
    const words = Array.from({ length: 50 }, (__, index) => `word ${index}`);
    const endings = await world.endings(words.map((word) => client.command(['ECHO', word])));
    expect(endings).toEqual(words.map((value) => ({ value })));
    expect(world.network.dials).toHaveLength(1);
  });

  test('becomes a warning of the process, and keeps no other listener from hearing the message', async () => {
    const warnings = watchWarnings();
    const world = new RedisWorld();
    const client = await world.connect();
    pushAround(world);
    const heard: unknown[] = [];
    client.onPush(listener);
    client.onPush((message) => heard.push(message));
    expect(await world.clock.waitFor(client.command(['ECHO', 'word']))).toBe('word');
    await world.clock.settle();
    expect(heard).toEqual([
      ['news', 'before'],
      ['news', 'after'],
    ]);
    expect(warnings.map(({ message }) => message)).toEqual(['broken listener', 'broken listener']);
  });

  test('harms nothing as a listener of states either', async () => {
    const warnings = watchWarnings();
    const world = new RedisWorld();
    const client = world.start();
    client.onState(listener);
    await world.clock.waitFor(client.ready());
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    await world.clock.settle();
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.every(({ message }) => message === 'broken listener')).toBe(true);
  });
});

describe('a push listener may use the connection', () => {
  test('a call made in it goes out behind those before it', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    const inner: Promise<unknown>[] = [];
    const remove = client.onPush(() => {
      remove();
      inner.push(client.command(['ECHO', 'inner']));
    });
    pushAround(world);
    const outer = await world.clock.waitFor(client.command(['ECHO', 'outer']));
    expect([outer, await world.clock.waitFor(Promise.all(inner))]).toEqual(['outer', ['inner']]);
  });

  test('it may close the client while bytes of the same chunk are left', async () => {
    const world = new RedisWorld();
    const client = await world.connect();
    pushAround(world);
    const closed: Promise<unknown>[] = [];
    client.onPush(() => closed.push(client.close()));
    const endings = await world.endings(['a', 'b', 'c'].map((word) => client.command(['ECHO', word])));
    expect(endings).toEqual([{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
    await world.clock.waitFor(Promise.all(closed));
    expect(client.state).toBe('closed');
  });
});
