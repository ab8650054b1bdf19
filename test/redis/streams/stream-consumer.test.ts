import type { Redis, RedisPool, StreamConsumer, StreamConsumerOptions } from 'hawser/redis';
import { resp, type SimulatedRedisAnswer } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { endingOf, RedisWorld } from '../../support/redis-world.ts';

/** Entries of one stream, as XREADGROUP answers. */
function page(...ids: string[]): Buffer {
  return resp.map([resp.bulk('s'), entries(...ids)], 3);
}

/** Entries, as XCLAIM answers. */
function entries(...ids: string[]): Buffer {
  const fields = resp.array([resp.bulk('field'), resp.bulk('value')]);
  return resp.array(ids.map((id) => resp.array([resp.bulk(id), fields])));
}

/** Pending entries of the consumer, each with how long it has been idle and how often it was delivered, as XPENDING answers. */
function pending(...each: (readonly [id: string, idleMs: number, deliveries: number])[]): Buffer {
  return resp.array(
    each.map(([id, idleMs, deliveries]) =>
      resp.array([resp.bulk(id), resp.bulk('one'), resp.integer(idleMs), resp.integer(deliveries)]),
    ),
  );
}

/** A server that has nothing pending and nothing new, unless its handlers are replaced. */
class GroupWorld extends RedisWorld {
  /** What the next calls of XREADGROUP are answered with; then they are held. */
  readonly news: SimulatedRedisAnswer[] = [];
  /** The same of XPENDING, which then finds nothing. */
  readonly looks: SimulatedRedisAnswer[] = [];

  constructor() {
    super();
    this.redis.on('XREADGROUP', () => this.news.shift() ?? 'silence');
    this.redis.on('XPENDING', () => this.looks.shift() ?? { bytes: resp.array([]) });
    this.redis.on('XACK', () => ({ bytes: resp.integer(1) }));
  }

  consume(redis: Redis | RedisPool, options: Partial<StreamConsumerOptions>): StreamConsumer {
    const given = { stream: 's', group: 'g', consumer: 'one', claimIdleMs: Infinity, handler: () => {} };
    const consumer = redis.consumer({ ...given, ...options });
    onTestFinished(async () => void (await this.clock.waitFor(consumer.close({ timeoutMs: 0 }))));
    return consumer;
  }

  asked(name: string): string[] {
    return this.redis.commands.filter((command) => command.name === name).map(({ text }) => text);
  }
}

describe('a consumer', () => {
  test('finds again at once what was delivered to it in a reply that was lost, and nothing older, nor what it has in hand', async () => {
    const world = new GroupWorld();
    const redis = await world.connect();
    world.news.push({ bytes: page('1-0') }, { bytes: '', afterMs: 100, afterwards: 'reset' });
    // In the beginning nothing; when the reply was lost, one entry of that time and one that was delivered long before.
    world.looks.push(
      { bytes: pending() },
      { bytes: pending(['0-1', 90_000, 4], ['1-0', 60, 1], ['2-0', 50, 1]) },
    );
    world.redis.on('XCLAIM', () => ({ bytes: entries('2-0') }));
    const seen: unknown[] = [];
    const consumer = world.consume(redis, {
      concurrency: 5,
      handler: ({ id, deliveries }) => {
        seen.push([id, deliveries]);
        return id === '1-0' ? new Promise(() => {}) : undefined;
      },
    });
    await world.clock.advance(5_000);
    expect(seen).toEqual([
      ['1-0', 1],
      ['2-0', 2],
    ]);
    // Not if it was delivered to somebody else meanwhile.
    expect(world.asked('XCLAIM')).toEqual(['XCLAIM s g one 50 2-0']);
    expect(world.asked('XACK')).toEqual(['XACK s g 2-0']);
    expect(consumer.explain()).toMatchObject({ handling: ['1-0'], counts: { handled: 1, redelivered: 1 } });
  });

  test.each([
    ['goes on behind what breaks the protocol', 4, true],
    ['ends when what it reads breaks the protocol again and again', 5, false],
  ])('%s', async (_what, times, goesOn) => {
    const world = new GroupWorld();
    const redis = await world.connect();
    for (let time = 0; time < times; time += 1) world.news.push({ bytes: '$4x\r\n' });
    world.news.push({ bytes: page('1-0') });
    const consumer = world.consume(redis, {});
    const codes: unknown[] = [];
    consumer.onError(({ error }) => codes.push((error as { code: string }).code));
    const ended = endingOf(consumer.finished());
    await world.clock.advance(20_000);
    expect(codes).toEqual(Array.from({ length: times }, () => 'PROTOCOL_VIOLATION'));
    expect(consumer.explain()).toMatchObject({
      state: goesOn ? 'running' : 'closed',
      counts: { handled: goesOn ? 1 : 0 },
    });
    if (!goesOn) expect(await ended).toMatchObject({ error: { code: 'PROTOCOL_VIOLATION' } });
  });

  test('does not look for that before the connection that it was lost with is ended on the server', async () => {
    const world = new GroupWorld();
    world.redis.on('CLIENT', ({ command: { text }, connection: { number } }) => {
      if (text === 'CLIENT INFO') return { bytes: resp.bulk(`id=${number} addr=us:${number} laddr=it fd=8`) };
      return text.startsWith('CLIENT KILL') ? { bytes: resp.integer(1), afterMs: 1_000 } : undefined;
    });
    const redis = world.pool();
    // Connections for all that is asked, so that nothing waits for an answer to something else.
    await world.clock.waitFor(Promise.all(Array.from({ length: 5 }, () => redis.ping())));
    world.consume(redis, { claimIdleMs: 3_000 });
    await world.clock.advance(100);
    const reading = world.redis.connections.find(({ commands }) => commands.at(-1)?.name === 'XREADGROUP')!;
    const looks = (): number => world.asked('XPENDING').filter((text) => text.endsWith('one')).length;
    const kills = (): string[] => world.asked('CLIENT').filter((text) => text.includes('KILL'));
    expect(looks()).toBe(1);
    for (const direction of ['to-server', 'to-client'] as const) {
      world.wire(reading.number).cut({ direction, how: 'silence' });
    }
    while (kills().length === 0) await world.clock.advance(50);
    await world.clock.advance(900);
    expect(kills()[0]).toBe(`CLIENT KILL ID ${reading.number} ADDR us:${reading.number} LADDR it SKIPME yes`);
    expect(looks()).toBe(1);
    await world.clock.advance(1_000);
    expect(looks()).toBe(2);
  });

  test('acknowledges again what it does not know to be acknowledged, and has it in hand until then', async () => {
    const world = new GroupWorld();
    const redis = await world.connect();
    world.news.push({ bytes: page('1-0') });
    let acknowledges = 0;
    world.redis.on('XACK', ({ count }) => {
      acknowledges = count;
      return count < 4 ? 'reset' : { bytes: resp.integer(0) };
    });
    const failures: unknown[] = [];
    const consumer = world.consume(redis, {});
    consumer.onError(({ error }) => failures.push(error));
    while (acknowledges < 3) await world.clock.advance(50);
    expect(consumer.explain().handling).toEqual(['1-0']);
    await world.clock.advance(10_000);
    expect(world.asked('XACK')).toEqual(Array.from({ length: 4 }, () => 'XACK s g 1-0'));
    expect(consumer.explain().handling).toEqual([]);
    expect(failures).toContainEqual(expect.objectContaining({ code: 'CONNECTION_LOST', outcome: 'unknown' }));
  });

  test('acknowledges together what is done while it acknowledges', async () => {
    const world = new GroupWorld();
    const redis = await world.connect();
    world.redis.on('XACK', () => ({ bytes: resp.integer(1), afterMs: 100 }));
    world.news.push({ bytes: page('1-0', '2-0', '3-0', '4-0') });
    world.consume(redis, { concurrency: 4 });
    await world.clock.advance(1_000);
    expect(world.asked('XACK')).toEqual(['XACK s g 1-0', 'XACK s g 2-0 3-0 4-0']);
  });

  test('looks for entries of the dead in the beginning and twice in `claimIdleMs`, and asks for no more than it has places', async () => {
    const world = new GroupWorld();
    const redis = await world.connect();
    for (let reads = 0; reads < 8; reads += 1) world.news.push({ bytes: resp.nil(3), afterMs: 500 });
    world.consume(redis, { claimIdleMs: 1_000, concurrency: 3 });
    await world.clock.advance(1_200);
    expect(world.asked('XPENDING')).toEqual([
      'XPENDING s g - + 3 one',
      ...Array.from({ length: 3 }, () => 'XPENDING s g IDLE 1000 - + 3'),
    ]);
    expect(world.asked('XREADGROUP')[0]).toBe('XREADGROUP GROUP g one COUNT 3 BLOCK 500 STREAMS s >');
  });

  test('asks for as many entries as it has places free, and for none while there are none', async () => {
    const world = new GroupWorld();
    const redis = await world.connect();
    world.news.push({ bytes: page('1-0', '2-0') }, { bytes: page('3-0') }, { bytes: page('4-0') });
    const open: (() => void)[] = [];
    const handler = (): Promise<void> => new Promise((resolve) => open.push(resolve));
    const consumer = world.consume(redis, { concurrency: 3, handler });
    await world.clock.advance(1_000);
    const counts = (): (string | undefined)[] =>
      world.asked('XREADGROUP').map((text) => /COUNT (\d+)/.exec(text)?.[1]);
    expect(counts()).toEqual(['3', '1']);
    expect(consumer.explain().handling).toEqual(['1-0', '2-0', '3-0']);
    open[1]?.();
    await world.clock.advance(1_000);
    expect(counts()).toEqual(['3', '1', '1']);
    expect(consumer.explain().handling).toEqual(['1-0', '3-0', '4-0']);
  });

  test('goes on behind the page where more is pending than it has places', async () => {
    const world = new GroupWorld();
    const redis = await world.connect();
    world.looks.push({ bytes: pending(['1-0', 9, 1]) }, { bytes: pending(['2-0', 9, 1]) });
    world.redis.on('XCLAIM', ({ count }) => ({ bytes: entries(`${count}-0`) }));
    const consumer = world.consume(redis, {});
    await world.clock.advance(1_000);
    expect(world.asked('XPENDING')).toEqual([
      'XPENDING s g - + 1 one',
      'XPENDING s g (1-0 + 1 one',
      'XPENDING s g (2-0 + 1 one',
    ]);
    expect(consumer.explain().counts.handled).toBe(2);
  });

  test('acknowledges what was deleted while it was pending, where the server does not do so', async () => {
    const world = new GroupWorld();
    const redis = await world.connect();
    world.looks.push({ bytes: pending(['1-0', 9, 1]) });
    const deleted = resp.array([resp.bulk('1-0'), resp.nil(3)]);
    world.redis.on('XCLAIM', () => ({ bytes: resp.array([deleted]) }));
    const consumer = world.consume(redis, {});
    await world.clock.advance(1_000);
    expect(world.asked('XACK')).toEqual(['XACK s g 1-0']);
    expect(consumer.explain().counts.handled).toBe(0);
  });

  test('makes the group that is there already, and is told of all else that hinders it', async () => {
    const world = new GroupWorld();
    const redis = await world.connect();
    const answers = ['OOM no memory', 'LOADING wait', 'BUSYGROUP Consumer Group name already exists'];
    world.redis.on('XGROUP', () => ({
      bytes: resp.error(answers.shift() ?? 'ERR more often than expected'),
    }));
    world.news.push({ bytes: page('1-0') });
    const consumer = world.consume(redis, { createGroup: '$' });
    const codes: unknown[] = [];
    consumer.onError(({ error }) => codes.push((error as { code: string }).code));
    await world.clock.advance(10_000);
    expect(codes).toEqual(['OOM', 'LOADING']);
    expect(consumer.explain().counts.handled).toBe(1);
  });

  test('ends with the refusal of an acknowledgement, when other handlers are done', async () => {
    const world = new GroupWorld();
    const redis = await world.connect();
    world.redis.on('XACK', () => ({ bytes: resp.error('NOPERM this user may not') }));
    world.news.push({ bytes: page('1-0', '2-0') });
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const consumer = world.consume(redis, {
      concurrency: 2,
      handler: ({ id }) => (id === '2-0' ? opened : undefined),
    });
    await world.clock.advance(1_000);
    expect(consumer.explain()).toMatchObject({ state: 'draining', handling: ['2-0'] });
    open();
    expect(await world.failureOf(consumer.finished())).toMatchObject({ code: 'NOPERM', outcome: 'refused' });
  });

  test('whose client is away is closed at its deadline, with an acknowledgement that cannot be made', async () => {
    const world = new GroupWorld();
    const redis = await world.connect();
    world.redis.on('XACK', () => 'silence');
    world.news.push({ bytes: page('1-0') });
    const consumer = world.consume(redis, {});
    await world.clock.advance(100);
    world.crash();
    const startedAt = world.clock.now();
    expect(await world.clock.waitFor(consumer.close({ timeoutMs: 700 }))).toEqual({ unfinished: ['1-0'] });
    expect(world.clock.now() - startedAt).toBe(700);
    world.restart();
  });

  test('tells who waits for its end, and no listener or handler that throws harms it', async () => {
    const world = new GroupWorld();
    const redis = await world.connect();
    world.news.push({ bytes: page('1-0') }, { bytes: page('2-0') });
    const consumer = world.consume(redis, {
      handler: ({ id }) => {
        if (id === '1-0') throw 'what is no error' as unknown as Error;
      },
    });
    consumer.onError(() => Promise.reject(new Error('a listener')));
    const warnings: string[] = [];
    const warned = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    expect(await world.failureOf(consumer.finished({ timeoutMs: 1_000 }))).toMatchObject({
      code: 'DEADLINE',
    });
    expect(consumer.explain()).toMatchObject({ counts: { failed: 1, handled: 1 }, lastError: 'string' });
    const finished = consumer.finished();
    await world.clock.waitFor(consumer.close());
    await finished;
    await new Promise(setImmediate);
    expect(warnings).toEqual(['a listener']);
  });
});
