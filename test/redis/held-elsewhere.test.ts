import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { endingOf, RedisWorld } from '../support/redis-world.ts';

const STALL_MS = 1_500;

/** The shared connection is the first; the second has the call. Each may lead to a server of its own. */
const [SHARED, HELD] = [1, 2];
const [HERE, THERE] = ['10.0.0.2:6379', '10.0.0.3:6379'];

/** A server, or two, that hold BLPOP, and tell by what they know each session. */
class PartedWorld extends RedisWorld {
  /** Where a connection leads. */
  readonly leadsTo = new Map([
    [SHARED, THERE],
    [HELD, HERE],
  ]);
  /** The lines of CLIENT LIST on the server beside the call. */
  lines: () => string = () => '';
  /** Where a mark is not told. */
  tellsMarks = true;

  constructor() {
    super();
    this.redis.on('BLPOP', () => 'silence');
    this.redis.on('CLIENT', ({ command: { text }, connection: { number } }) => {
      if (text === 'CLIENT INFO' && this.tellsMarks) return { bytes: resp.bulk(this.mark(number)) };
      if (text.startsWith('CLIENT LIST')) return { bytes: resp.bulk(this.lines()) };
      return text.startsWith('CLIENT UNBLOCK') ? { bytes: resp.integer(1) } : undefined;
    });
  }

  mark(number: number, addr: string = `10.0.0.1:${1_000 + number}`): string {
    return `id=${number} addr=${addr} laddr=${this.leadsTo.get(number) ?? THERE} fd=8`;
  }

  /** What the server beside the call was asked, and not in a handshake. */
  get asked(): string[] {
    const texts = this.server(SHARED).commands.map(({ text }) => text);
    return texts.slice(texts.findLastIndex((text) => text.startsWith('CLIENT SETINFO')) + 1);
  }
}

async function holding(world: PartedWorld): Promise<{ call: Promise<unknown>; abort: AbortController }> {
  const client = await world.connect();
  const abort = new AbortController();
  const call = endingOf(client.command(['BLPOP', 'a', 0], { signal: abort.signal }));
  await world.clock.advance(10);
  return { call, abort };
}

describe('where another server answers beside a held call than its own,', () => {
  test.each([
    ['knows no such session', () => ''],
    [
      'has given its number to somebody else',
      (world: PartedWorld) => `${world.mark(HELD, '10.9.9.9:1')} flags=N\n`,
    ],
  ])('and %s, the call is waited for', async (_, lines) => {
    const world = new PartedWorld();
    world.lines = () => lines(world);
    world.redis.on('BLPOP', () => ({ bytes: resp.bulk('late'), afterMs: 10 * STALL_MS }));
    const { call } = await holding(world);
    expect(await world.clock.waitFor(call)).toEqual({ value: 'late' });
    expect(world.asked).toContain('CLIENT LIST ID 2');
  });

  test('the silence of that one says nothing of the call', async () => {
    const world = new PartedWorld();
    world.redis.on('BLPOP', () => ({ bytes: resp.bulk('late'), afterMs: 10 * STALL_MS }));
    const { call } = await holding(world);
    await world.clock.advance(STALL_MS + 100);
    world.wire(SHARED).freeze();
    expect(await world.clock.waitFor(call)).toEqual({ value: 'late' });
  });

  test('nobody is unblocked for a caller who leaves, who is told at once that nothing is known', async () => {
    const world = new PartedWorld();
    world.lines = () => `${world.mark(HELD, '10.9.9.9:1')} flags=b\n`;
    const { call, abort } = await holding(world);
    const leftAt = world.clock.now();
    abort.abort();
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'ABORTED', outcome: 'unknown' } });
    expect(world.clock.now() - leftAt).toBeLessThan(100);
    expect(world.asked.filter((text) => text.includes('UNBLOCK'))).toEqual([]);
  });
});

describe('where the server of a held call answers beside it,', () => {
  test('its session is over when its number is that of another', async () => {
    const world = new PartedWorld();
    world.leadsTo.set(SHARED, HERE);
    world.lines = () => `${world.mark(HELD, '10.9.9.9:1')} flags=b\n`;
    const { call } = await holding(world);
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'STALLED', outcome: 'unknown' } });
  });

  test('it is asked by the number alone where it tells no more', async () => {
    const world = new PartedWorld();
    world.tellsMarks = false;
    const { call, abort } = await holding(world);
    abort.abort();
    await world.clock.waitFor(call);
    expect(world.asked).toEqual(['CLIENT UNBLOCK 2 ERROR']);
  });

  test('nothing is unblocked any more when the call was answered while its session was looked for', async () => {
    const world = new PartedWorld();
    world.redis.on('BLPOP', () => ({ bytes: resp.bulk('popped'), afterMs: 200 }));
    world.redis.on('CLIENT', ({ command: { text }, connection: { number } }) => {
      if (text === 'CLIENT INFO') return { bytes: resp.bulk(world.mark(number)) };
      if (!text.startsWith('CLIENT LIST')) return undefined;
      return { bytes: resp.bulk(`${world.mark(HELD)} flags=b\n`), afterMs: 300 };
    });
    const { call, abort } = await holding(world);
    abort.abort();
    expect(await world.clock.waitFor(call)).toEqual({ value: 'popped' });
    await world.clock.advance(1_000);
    expect(world.asked).toEqual(['CLIENT LIST ID 2']);
  });
});
