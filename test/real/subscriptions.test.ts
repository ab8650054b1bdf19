import type { Redis, RedisOptions, Subscription, SubscriptionEvent } from 'hawser/redis';
import { FaultProxy, type RedisServer } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { connect, failureOf, PATIENCE_MS, until, untilReady } from './clients.ts';

/** Stops looking for an answer soon. */
const WATCHFUL = { stallAfterMs: 200, handshakeTimeoutMs: 200, whenDownWaitMs: 50 } as const;

/** Gives no connection up for being silent. */
const PATIENT = { stallAfterMs: PATIENCE_MS, timeoutMs: PATIENCE_MS, whenDownWaitMs: 50 } as const;

const WAYS: readonly (readonly [string, RedisOptions])[] = [
  ['on the shared connection', { protocol: 3 }],
  ['on a connection of their own', { protocol: 2 }],
];

/** Publishes numbers, one after the other, and knows which of them the server has confirmed. */
class Publisher {
  readonly confirmed = new Set<number>();
  readonly #redis: Redis;
  #last = 0;
  #isOver = false;
  readonly #running: Promise<void>;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const number = (this.#last += 1);
      try {
        await this.#redis.publish('numbers', String(number));
        this.confirmed.add(number);
      } catch {
        await untilReady(this.#redis);
      }
    }
  }
}

/** What a subscriber was told, and what is wrong with it. */
class Heard {
  readonly events: SubscriptionEvent[] = [];

  constructor(subscription: Subscription) {
    subscription.listen((event) => {
      if (event.type !== 'ended') this.events.push(event);
    });
  }

  get messages(): number {
    return this.events.filter(({ type }) => type === 'message').length;
  }

  get gaps(): number {
    return this.events.filter(({ type }) => type === 'gap').length;
  }

  /** Numbers that are not behind those before them, or before which confirmed ones are missing without a gap. */
  faults(confirmed: ReadonlySet<number>): string[] {
    const faults: string[] = [];
    let before = 0;
    let isGap = false;
    for (const event of this.events) {
      if (event.type === 'gap') isGap = true;
      if (event.type !== 'message') continue;
      const number = Number(event.payload);
      if (number <= before) faults.push(`${number} came behind ${before}`);
      for (let missing = before + 1; missing < number && before > 0 && !isGap; missing += 1) {
        if (confirmed.has(missing)) faults.push(`${missing} is missing, and there is no gap`);
      }
      before = number;
      isGap = false;
    }
    return faults;
  }
}

async function proxyTo({ port }: RedisServer): Promise<FaultProxy> {
  const proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port } });
  onTestFinished(() => proxy.close());
  return proxy;
}

describe.each(WAYS)('subscriptions %s', (_way, options) => {
  const server = redisServer();

  /** A subscriber over `url` and a publisher of numbers, who are hurt when both are at work. */
  async function underFault(
    url: string,
    patience: RedisOptions,
    hurt: (heard: Heard, redis: Redis) => Promise<void>,
  ): Promise<Heard> {
    const redis = await connect(url, { ...options, ...patience });
    const subscription = redis.subscribe('numbers');
    await subscription.ready();
    const heard = new Heard(subscription);
    const publisher = new Publisher(await connect(server().url, PATIENT));
    onTestFinished(() => publisher.stop());
    await until(() => heard.messages > 100);
    await hurt(heard, redis);
    const before = heard.messages;
    await until(() => heard.messages > before + 100);
    await publisher.stop();
    expect(heard.faults(publisher.confirmed)).toEqual([]);
    return heard;
  }

  test('come back with one gap when the server kills their connection', async () => {
    const heard = await underFault(server().url, PATIENT, async (seen) => {
      await server().inspect(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
      await until(() => seen.gaps > 0);
    });
    expect(heard.gaps).toBe(1);
  });

  test('come back with one gap when the server is killed and started again', async () => {
    const heard = await underFault(server().url, PATIENT, async (seen) => {
      await server().kill();
      await server().restart();
      await until(() => seen.gaps > 0);
    });
    expect(heard.gaps).toBe(1);
  });

  test('have no gap when the server was only slow', async () => {
    const heard = await underFault(server().url, PATIENT, async () => {
      server().pause();
      await new Promise(setImmediate);
      server().resume();
    });
    expect(heard.gaps).toBe(0);
  });

  test('come back with a gap when the server was stopped for too long (SIGSTOP)', async () => {
    const heard = await underFault(server().url, WATCHFUL, async (seen, redis) => {
      server().pause();
      await until(() => (redis.explain().subscriptions ?? redis.explain()).state !== 'ready');
      server().resume();
      await until(() => seen.gaps > 0);
    });
    expect(heard.events.find(({ type }) => type === 'gap')).toMatchObject({ reason: { code: 'STALLED' } });
  });

  test('find a connection that is half-open, and come back with a gap', async () => {
    const proxy = await proxyTo(server());
    const heard = await underFault(`redis://127.0.0.1:${proxy.port}`, WATCHFUL, async (seen) => {
      for (const connection of [1, 2]) proxy.add({ kind: 'blackhole', direction: 'both' }, { connection });
      await until(() => seen.gaps > 0);
    });
    expect(heard.events.find(({ type }) => type === 'gap')).toMatchObject({ reason: { code: 'STALLED' } });
  });

  test('are a thousand over one subscription of the server', async () => {
    const redis = await connect(server().url, options);
    const all = Array.from({ length: 1_000 }, () => redis.subscribe('shared'));
    await Promise.all(all.map((each) => each.ready()));
    const other = await connect(server().url);
    expect(await other.publish('shared', 'x')).toBe(1);
    for (const each of all) expect((await each.next()).value).toMatchObject({ payload: 'x' });
    for (const each of all) each.close();
    await until(async () => (await other.publish('shared', 'y')) === 0);
  });

  test('of a slow consumer are bounded, and the rest is counted', async () => {
    const redis = await connect(server().url, options);
    const slow = redis.subscribe('flood', { maxBuffered: 100 });
    const quick = new Heard(redis.subscribe('flood'));
    await slow.ready();
    await until(async () => (await redis.pubsubNumsub({ channels: 'flood' }))['flood'] === 1);
    const other = await connect(server().url);
    await Promise.all(Array.from({ length: 5_000 }, (_, index) => other.publish('flood', String(index))));
    await until(() => quick.messages === 5_000);
    for (let index = 0; index < 100; index += 1) {
      expect((await slow.next()).value).toMatchObject({ payload: String(index) });
    }
    expect((await slow.next()).value).toEqual({ type: 'dropped', count: 4_900 });
  });

  test('of patterns, of shard channels and of bytes are as the server has them', async () => {
    const redis = await connect(server().url, options);
    const [pattern, shard] = [redis.psubscribe('p[ab]*'), redis.ssubscribe('s', { buffers: true })];
    await Promise.all([pattern.ready(), shard.ready()]);
    const other = await connect(server().url);
    const payload = Buffer.from([0, 255, 13, 10]);
    await Promise.all([other.publish('pc', '0'), other.publish('pa1', '1'), other.spublish('s', payload)]);
    expect((await pattern.next()).value).toMatchObject({ channel: 'pa1', pattern: 'p[ab]*', payload: '1' });
    expect((await shard.next()).value).toMatchObject({ channel: 's', payload });
  });
});

describe('a user who may not subscribe to everything', () => {
  const server = redisServer();

  test.each(WAYS)('is refused that channel alone, %s', async (_way, options) => {
    await server().inspect([
      'ACL',
      'SETUSER',
      'reader',
      'on',
      '>secret',
      '~*',
      '+@all',
      'resetchannels',
      '&open',
    ]);
    const credentials = { username: 'reader', password: 'secret' };
    const redis = await connect(server().url, { ...options, credentials });
    const [open, closed] = [redis.subscribe('open'), redis.subscribe('closed')];
    expect(await failureOf(closed.next())).toMatchObject({ code: 'NOPERM', outcome: 'refused' });
    await open.ready();
    expect(await redis.incr('count')).toBeGreaterThan(0);
    const other = await connect(server().url);
    await other.publish('open', 'x');
    expect((await open.next()).value).toMatchObject({ payload: 'x' });
  });
});
