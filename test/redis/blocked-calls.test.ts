import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import {
  endingOf,
  ENDPOINT,
  RedisWorld,
  type Ending,
  type RedisWorldOptions,
} from '../support/redis-world.ts';

const STALL_MS = 1_500;

/** A server that holds what waits, and says in CLIENT LIST that it holds these sessions. */
function holding(held: () => readonly number[], options: RedisWorldOptions = {}): RedisWorld {
  const world = new RedisWorld(options);
  world.redis.on('BLPOP', () => 'silence');
  world.redis.on('CLIENT', ({ command }) => {
    const [, subcommand, , ...sessions] = command.text.split(' ');
    if (subcommand === 'UNBLOCK') return { bytes: resp.integer(0) };
    if (subcommand !== 'LIST') return undefined;
    const lines = sessions.map((id) => `id=${id} addr=x flags=${held().includes(Number(id)) ? 'b' : 'N'}\n`);
    return { bytes: resp.bulk(lines.join('')) };
  });
  return world;
}

/** What the server was asked about its sessions, on the shared connection. */
function asked(world: RedisWorld): string[] {
  const { commands } = world.server(1);
  return commands.map(({ text }) => text).filter((text) => text.startsWith('CLIENT LIST'));
}

describe('while the server holds calls', () => {
  test('it is asked about all of them at once, every `stallAfterMs`, and not when there are none', async () => {
    const world = holding(() => [2, 3]);
    const client = await world.connect();
    const abort = new AbortController();
    const calls = ['a', 'b'].map((key) =>
      endingOf(client.command(['BLPOP', key, 0], { signal: abort.signal })),
    );
    await world.clock.advance(3 * STALL_MS + 100);
    expect(asked(world)).toEqual(Array.from({ length: 3 }, () => 'CLIENT LIST ID 2 3'));
    abort.abort();
    await world.clock.waitFor(Promise.all(calls));
    await world.clock.advance(10 * STALL_MS);
    expect(asked(world)).toHaveLength(3);
  });

  test('one that it does not hold any more, and has not answered by the next time, is STALLED', async () => {
    let held = [2];
    const world = holding(() => held);
    const client = await world.connect();
    const call = endingOf(client.command(['BLPOP', 'a', 0]));
    await world.clock.advance(10 * STALL_MS);
    held = [];
    const lostAt = world.clock.now();
    expect(await world.clock.waitFor(call)).toMatchObject({
      error: { code: 'STALLED', outcome: 'unknown', command: 'BLPOP' },
    });
    expect(world.clock.now() - lostAt).toBeLessThanOrEqual(2 * STALL_MS + 10);
    expect(client.explain().dedicated).toMatchObject({ leased: 0, counts: { closed: { broken: 1 } } });
  });

  test('one whose answer is on its way when the server is asked is not suspected', async () => {
    const world = holding(() => []);
    world.redis.on('BLPOP', () => ({ bytes: resp.bulk('late'), afterMs: STALL_MS + 200 }));
    const client = await world.connect();
    expect(await world.clock.waitFor(client.command(['BLPOP', 'a', 0]))).toBe('late');
  });

  test('a server that may not be asked about its sessions is asked once', async () => {
    const world = new RedisWorld();
    world.redis.on('BLPOP', () => ({ bytes: resp.bulk('late'), afterMs: 20 * STALL_MS }));
    world.redis.on('CLIENT', ({ command }) =>
      command.text.startsWith('CLIENT LIST') ? { bytes: resp.error('NOPERM no') } : undefined,
    );
    const client = await world.connect();
    expect(await world.clock.waitFor(client.command(['BLPOP', 'a', 0]))).toBe('late');
    expect(asked(world)).toHaveLength(1);
  });

  test('a server that answers that it may not be asked when another call is held already is asked once', async () => {
    const world = holding(() => []);
    world.redis.on('BLPOP', () => ({ bytes: resp.bulk('popped'), afterMs: STALL_MS + 100 }));
    world.redis.on('CLIENT', ({ command }) =>
      command.text.startsWith('CLIENT LIST')
        ? { bytes: resp.error('NOPERM no'), afterMs: STALL_MS / 2 }
        : undefined,
    );
    const client = await world.connect();
    await world.clock.waitFor(client.command(['BLPOP', 'a', 0]));
    await world.clock.waitFor(client.command(['BLPOP', 'b', 0]));
    await world.clock.waitFor(client.close());
    expect(asked(world)).toHaveLength(1);
  });

  test.each([
    ['null', resp.nil(3)],
    ['a number', resp.integer(7)],
  ])('a server that answers with %s does not know the question, and is asked once', async (_, bytes) => {
    const world = holding(() => []);
    world.redis.on('BLPOP', () => ({ bytes: resp.bulk('popped'), afterMs: 5 * STALL_MS }));
    world.redis.on('CLIENT', ({ command }) =>
      command.text.startsWith('CLIENT LIST') ? { bytes } : undefined,
    );
    const client = await world.connect();
    expect(await world.clock.waitFor(client.command(['BLPOP', 'a', 0]))).toBe('popped');
    expect(asked(world)).toHaveLength(1);
  });

  test('a server that does not answer beside them is silent for all of them', async () => {
    const world = holding(() => [2, 3]);
    const client = await world.connect();
    const calls = ['a', 'b'].map((key) => endingOf(client.command(['BLPOP', key, 0])));
    await world.clock.advance(10);
    for (const wire of [1, 2, 3]) world.wire(wire).freeze();
    const frozenAt = world.clock.now();
    const endings = await world.clock.waitFor(Promise.all(calls));
    for (const ending of endings)
      expect(ending).toMatchObject({ error: { code: 'STALLED', outcome: 'unknown' } });
    expect(world.clock.now() - frozenAt).toBeLessThanOrEqual(2 * STALL_MS + 10);
  });
});

describe('when the shared connection is lost beside held calls', () => {
  test.each([1, 2, 3, 4])(
    'by silence, before they are asked about (sent %d ms after what is not answered there), they are lost as well',
    async (laterMs) => {
      const latencyMs = 5;
      // On another connection the server would say for ever that it holds the call.
      const world = holding(() => [2], { toServer: { latencyMs }, toClient: { latencyMs } });
      const client = await world.connect();
      await world.clock.waitFor(client.dedicated((own) => own.ping()));
      const unanswered = endingOf(client.get('key'));
      await world.clock.advance(laterMs);
      const call = endingOf(client.command(['BLPOP', 'a', 0]));
      await world.clock.advance(latencyMs);
      expect(world.received(2)).toContain('BLPOP a 0');
      for (const wire of [1, 2]) {
        for (const direction of ['to-server', 'to-client'] as const) {
          world.wire(wire).cut({ direction, how: 'silence' });
        }
      }
      expect(await world.clock.waitFor(call)).toMatchObject({
        error: { code: 'STALLED', outcome: 'unknown' },
      });
      expect(world.clock.now()).toBeLessThan(2 * STALL_MS);
      await world.clock.waitFor(unanswered);
    },
  );

  test('in any other way, they are waited for', async () => {
    const world = holding(() => [2]);
    world.redis.on('BLPOP', () => ({ bytes: resp.bulk('late'), afterMs: 5 * STALL_MS }));
    const client = await world.connect();
    const call = endingOf(client.command(['BLPOP', 'a', 0]));
    await world.clock.advance(100);
    world.server(1).reset();
    expect(await world.clock.waitFor(call)).toEqual({ value: 'late' });
  });
});

describe('where there is no connection to ask on, and none can be opened beside that of a call', () => {
  /** A pool that has lent its one connection to a call, when dials are answered so. */
  async function holdingAlone(
    answer: 'blackhole' | 'refuse',
  ): Promise<[RedisWorld, Promise<Ending<unknown>>]> {
    const world = holding(() => [1]);
    world.redis.on('BLPOP', () => ({ bytes: resp.bulk('late'), afterMs: 60_000 }));
    const call = endingOf(world.pool().command(['BLPOP', 'a', 0]));
    await world.clock.advance(10);
    world.network.answerDials(ENDPOINT, { kind: answer });
    return [world, call];
  }

  test('a server that does not answer who connects is silent', async () => {
    const [world, call] = await holdingAlone('blackhole');
    await world.clock.advance(15_000);
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'STALLED', outcome: 'unknown' } });
    expect(world.clock.now()).toBeLessThan(20_000);
  });

  test('one that refuses connections answers, and may hold the call', async () => {
    const [world, call] = await holdingAlone('refuse');
    expect(await world.clock.waitFor(call)).toEqual({ value: 'late' });
  });
});

describe('a caller who leaves', () => {
  test('is told within half a second when the server does not let go', async () => {
    const world = holding(() => [2]);
    const client = await world.connect();
    const abort = new AbortController();
    const call = endingOf(client.command(['BLPOP', 'a', 0], { signal: abort.signal }));
    await world.clock.advance(100);
    abort.abort();
    const leftAt = world.clock.now();
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'ABORTED', outcome: 'unknown' } });
    expect(world.clock.now() - leftAt).toBe(500);
  });

  test('gets what was popped meanwhile', async () => {
    const world = holding(() => [2]);
    world.redis.on('BLPOP', () => ({ bytes: resp.bulk('popped'), afterMs: 300 }));
    const client = await world.connect();
    const abort = new AbortController();
    const call = client.command(['BLPOP', 'a', 0], { signal: abort.signal });
    await world.clock.advance(100);
    abort.abort();
    expect(await world.clock.waitFor(call)).toBe('popped');
  });

  test('before it was sent is told at once, and nothing is asked', async () => {
    const world = holding(() => []);
    const client = await world.connect();
    const call = endingOf(client.command(['BLPOP', 'a', 0], { signal: AbortSignal.abort() }));
    expect(await call).toMatchObject({ error: { code: 'ABORTED', outcome: 'not-sent' } });
    expect(world.network.connections).toHaveLength(1);
  });
});
