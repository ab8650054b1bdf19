import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { endingOf, RedisWorld } from '../../support/redis-world.ts';

/** A server whose stream has one entry more each time that it is read, where it does not answer with garbage. */
class StreamWorld extends RedisWorld {
  /** How often it answers with garbage before each entry. */
  garbage = 0;
  #told = 0;

  constructor() {
    super();
    this.redis.on('XREAD', ({ command }) => {
      if (this.#told < this.garbage) {
        this.#told += 1;
        return { bytes: '*1\r\n$1\r\nsgarbage' };
      }
      this.#told = 0;
      const last = Number(/(\d+)-0$/.exec(command.text)![1]);
      const fields = resp.array([resp.bulk('field'), resp.bulk('value')]);
      const entries = resp.array([resp.array([resp.bulk(`${last + 1}-0`), fields])]);
      return { bytes: resp.map([resp.bulk('s'), entries], 3) };
    });
    this.redis.on('XRANGE', () => ({ bytes: resp.array([resp.array([resp.bulk('x'), resp.array([])])]) }));
  }
}

describe('a reader of a stream', () => {
  test('goes on behind the last entry when what comes breaks the protocol', async () => {
    const world = new StreamWorld();
    const redis = await world.connect();
    world.garbage = 4;
    const ids: string[] = [];
    const reading = (async () => {
      for await (const { id } of redis.stream({ s: '0' })) if (ids.push(id) === 3) return;
    })();
    await world.clock.waitFor(reading);
    expect(ids).toEqual(['1-0', '2-0', '3-0']);
  });

  test('is told when that happens again and again: what is there may be so, and would be asked for for ever', async () => {
    const world = new StreamWorld();
    const redis = await world.connect();
    world.garbage = 5;
    expect(await world.clock.waitFor(endingOf(redis.stream({ s: '0' }).next()))).toMatchObject({
      error: { code: 'PROTOCOL_VIOLATION', outcome: 'unknown', command: 'XREAD' },
    });
    expect(world.redis.commands.filter(({ name }) => name === 'XREAD')).toHaveLength(5);
  });
});
