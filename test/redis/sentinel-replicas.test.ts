import type { Redis, RedisOptions } from 'hawser/redis';
import { resp, SimulatedRedis, type SimulatedListener } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import type { Environment } from '../../src/core/index.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { endingOf, ENDPOINT, replicaGreeting } from '../support/redis-world.ts';
import { answerOf, OTHER, SentinelWorld, type ReplicaOfView } from '../support/sentinel-world.ts';

const REPLICAS = ['a.test', 'b.test', 'c.test'].map((host) => ({ host, port: 6379 }));
const [A, B, C] = REPLICAS as [ReplicaOfView, ReplicaOfView, ReplicaOfView];

/** Three replicas besides, which all Sentinels know. */
class ReplicaWorld extends SentinelWorld {
  readonly replicas: ReadonlyMap<string, SimulatedRedis>;
  readonly #random = new SeededRandom(1).next;
  readonly #listeners = new Map<string, SimulatedListener>();

  constructor(listed: readonly ReplicaOfView[] = [A, B]) {
    super();
    const { clock } = this;
    this.replicas = new Map(
      REPLICAS.map(({ host }) => {
        const replica = new SimulatedRedis({ clock });
        replica.on('HELLO', replicaGreeting);
        return [host, replica];
      }),
    );
    for (const { host } of REPLICAS) this.up(host);
    this.know(listed);
  }

  /** All clients draw from one. */
  protected override environment(): Environment {
    return { ...super.environment(), random: this.#random };
  }

  override options(given: RedisOptions = {}): RedisOptions {
    return super.options({ role: 'replica', ...given });
  }

  know(replicas: readonly ReplicaOfView[]): void {
    for (const view of this.views) view.replicas = replicas;
  }

  /** All Sentinels know of the replicas from now on, and the first tells of an event about one of them. */
  tell(
    event: '+slave' | '+sdown' | '-sdown',
    { host, port }: ReplicaOfView,
    replicas: ReplicaOfView[],
  ): void {
    this.know(replicas);
    this.sentinels[0]!.publish(event, `slave ${host}:${port} ${host} ${port} @ main redis.test 6379`);
  }

  up(host: string): void {
    this.#listeners.set(host, this.network.listen({ host, port: 6379 }, this.replicas.get(host)!.accept));
  }

  down(host: string): void {
    this.#listeners.get(host)!.crash();
  }

  /** Takes dials, and answers nothing any more, as one that is paused. */
  hang(host: string): void {
    for (const name of ['HELLO', 'PING', 'GET']) this.replicas.get(host)!.on(name, () => 'silence');
  }

  /** How many connections to each replica were made. */
  spread(): number[] {
    return REPLICAS.map(({ host }) => this.dialled().filter((each) => each === host).length);
  }
}

/** The host that a client is connected to. */
function hostOf(client: Redis): string {
  return client.explain().peer?.split(':')[0] ?? 'nobody';
}

function causesOf(client: Redis): (string | undefined)[] {
  return client.explain().transitions.map(({ cause }) => cause);
}

describe('a replica is found', () => {
  test('and the clients of a group are spread', async () => {
    const world = new ReplicaWorld([A, B, C]);
    for (let client = 0; client < 30; client += 1) await world.connect(world.options());
    expect(Math.min(...world.spread())).toBeGreaterThan(3);
    expect(world.dialled()).not.toContain('redis.test');
  });

  test('one for all connections of a client: what it asks beside a call is asked where the call is', async () => {
    const world = new ReplicaWorld([A, B, C]);
    const pool = world.pool({ ...world.options(), min: 9, max: 9 });
    await world.clock.waitFor(pool.ready());
    await world.clock.advance(1_000);
    expect(world.spread().toSorted((a, b) => a - b)).toEqual([0, 0, 9]);
    const client = await world.connect(world.options());
    const before = world.network.dials.length;
    for (let lease = 0; lease < 5; lease += 1) {
      await world.clock.waitFor(client.dedicated((own) => own.get('key')));
    }
    await world.clock.advance(20_000);
    expect(new Set(world.dialled(before).filter((host) => !host.startsWith('one')))).toEqual(
      new Set([hostOf(client)]),
    );
  });

  test('another one for all of them, when something is wrong with that', async () => {
    const world = new ReplicaWorld();
    const client = await world.connect(world.options());
    let goOn = (): void => {};
    const held = client.dedicated(async (own) => {
      await own.get('key');
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return endingOf(own.incr('n'));
    });
    await world.clock.advance(50);
    const first = hostOf(client);
    // The shared connection alone meets it.
    world.replicas.get(first)!.on('ECHO', () => 'silence');
    await world.failureOf(client.command(['ECHO', 'text'], { retry: 'never' }));
    await world.clock.advance(500);
    expect(hostOf(client)).not.toBe(first);
    goOn();
    expect(await world.clock.waitFor(held)).toMatchObject({ error: { code: 'CONNECTION_LOST' } });
  });

  test('the same one again, when a connection is closed that is needed no longer', async () => {
    const world = new ReplicaWorld([A, B, C]);
    const pool = world.pool({ ...world.options(), idleTimeoutMs: 1_000 });
    for (let round = 0; round < 10; round += 1) {
      await world.clock.waitFor(pool.get('key'));
      await world.clock.advance(5_000);
    }
    expect(world.spread().toSorted((a, b) => a - b)).toEqual([0, 0, 10]);
  });

  test('none that the Sentinels call down, or that has lost its primary, while there is a better one', async () => {
    const world = new ReplicaWorld([{ ...A, flags: 's_down,slave' }, { ...B, link: 'err' }, C]);
    for (let client = 0; client < 10; client += 1) await world.connect(world.options());
    expect(world.spread()).toEqual([0, 0, 10]);
  });

  test('that has lost its primary, where there is no better one: old answers are better than none', async () => {
    const world = new ReplicaWorld([
      { ...A, flags: 'slave,disconnected' },
      { ...B, link: 'err' },
    ]);
    expect(hostOf(await world.connect(world.options()))).toBe('b.test');
  });

  test('with the name of a connection that says so', async () => {
    const world = new ReplicaWorld();
    const client = await world.connect(world.options());
    expect(client.explain().name).toBe('replicas of main by one.test:26379,two.test:26379,three.test:26379');
  });

  test('at once, though the first has become a primary, and no Sentinel knows yet', async () => {
    const world = new ReplicaWorld();
    const client = world.start(world.options());
    let asked = 0;
    for (const replica of world.replicas.values()) {
      replica.on('HELLO', (call) => {
        asked += 1;
        return asked === 1 ? undefined : replicaGreeting(call);
      });
    }
    await world.clock.advance(50);
    expect(client.state).toBe('ready');
    expect(causesOf(client)).toContain(
      "the server is a primary, and a replica is wanted; role: 'any' takes primaries",
    );
    expect(world.spread()).toEqual([1, 1, 0]);
  });

  test('by another Sentinel, where one has not learnt of them yet', async () => {
    const world = new ReplicaWorld();
    world.views[0]!.replicas = [];
    const client = world.start(world.options());
    await world.clock.advance(50);
    expect(client.state).toBe('ready');
  });
});

describe('where there is no replica that is up', () => {
  test('calls are told why, and one that appears is taken at once', async () => {
    const world = new ReplicaWorld([{ ...A, flags: 's_down,slave,disconnected' }]);
    const client = world.start(world.options());
    await world.clock.advance(6_000);
    expect(await world.failureOf(client.get('key'))).toMatchObject({
      code: 'NOT_CONNECTED',
      outcome: 'not-sent',
      cause: {
        code: 'CONNECT_FAILED',
        message: 'no replica of main is up (a.test:6379: s_down,slave,disconnected)',
      },
    });
    while ((client.explain().nextAttemptInMs ?? 0) < 1_000) await world.clock.advance(100);
    world.tell('-sdown', A, [A]);
    await world.clock.advance(150);
    expect(hostOf(client)).toBe('a.test');
  });

  test('and none is known either: so they are told', async () => {
    const world = new ReplicaWorld([]);
    const client = world.start(world.options({ whenDownWaitMs: 0 }));
    await world.clock.advance(50);
    expect(await world.failureOf(client.get('key'))).toMatchObject({
      cause: { message: 'no replica of main is up (the Sentinels know of none)' },
    });
    while ((client.explain().nextAttemptInMs ?? 0) < 1_000) await world.clock.advance(100);
    world.tell('+slave', C, [C]);
    await world.clock.advance(150);
    expect(hostOf(client)).toBe('c.test');
  });

  test('as Sentinels refuse to tell of replicas: that is said, and parks', async () => {
    const world = new ReplicaWorld();
    for (const sentinel of world.sentinels) {
      sentinel.on('SENTINEL', ({ command: { text } }) =>
        text.includes('REPLICAS')
          ? { bytes: resp.error('NOPERM this user has no permissions') }
          : answerOf(text, world.views[0]!),
      );
    }
    const failure = await world.failureOf(world.start(world.options()).ready());
    expect(failure).toMatchObject({ code: 'NOT_CONNECTED', cause: { code: 'HANDSHAKE_REFUSED' } });
    expect(failure.message).toContain('no Sentinel lets us ask for main');
  });
});

describe('a replica is left', () => {
  test('that is killed, for another one, before any Sentinel has noticed', async () => {
    const world = new ReplicaWorld();
    for (let round = 0; round < 5; round += 1) {
      const client = await world.connect(world.options());
      await world.clock.advance(20_000);
      const [first, second] = hostOf(client) === 'a.test' ? ['a.test', 'b.test'] : ['b.test', 'a.test'];
      world.down(first);
      await world.clock.advance(150);
      expect(hostOf(client)).toBe(second);
      world.up(first);
      await world.clock.waitFor(client.close());
    }
  });

  test('that has hung up, for itself, where the other one has lost its primary; for that, where it is gone', async () => {
    const world = new ReplicaWorld([A, { ...B, link: 'err' }]);
    const client = await world.connect(world.options());
    await world.clock.advance(20_000);
    for (const connection of world.replicas.get('a.test')!.connections) connection.reset();
    await world.clock.advance(150);
    expect(world.spread()).toEqual([2, 0, 0]);
    await world.clock.advance(20_000);
    world.down('a.test');
    await world.clock.advance(150);
    expect(hostOf(client)).toBe('b.test');
    world.up('a.test');
  });

  test('that is silent: what is in flight is asked again of another one', async () => {
    const world = new ReplicaWorld();
    const client = await world.connect(world.options());
    await world.clock.advance(20_000);
    const first = hostOf(client);
    for (const replica of world.replicas.values()) replica.data().set('key', Buffer.from('there'));
    world.hang(first);
    expect(await world.clock.waitFor(client.get('key'))).toBe('there');
    expect(hostOf(client)).not.toBe(first);
  });

  test('that Sentinels call down, while others are up: what is in flight is asked again there', async () => {
    const world = new ReplicaWorld();
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    const [down, up] = hostOf(client) === 'a.test' ? [A, B] : [B, A];
    world.replicas.get(down.host)!.on('GET', () => 'silence');
    world.replicas.get(up.host)!.data().set('key', Buffer.from('there'));
    const read = endingOf(client.get('key'));
    await world.clock.advance(10);
    world.tell('+sdown', down, [{ ...down, flags: 's_down,slave' }, up]);
    await world.clock.advance(150);
    expect(hostOf(client)).toBe(up.host);
    expect(await world.clock.waitFor(read)).toEqual({ value: 'there' });
    expect(causesOf(client)).toContain(
      `the Sentinels say that a replica of main is down, and others are not: ${down.host}:6379`,
    );
  });

  test('but not one that a Sentinel has lost for a moment', async () => {
    const world = new ReplicaWorld();
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    const host = hostOf(client);
    const [lost, up] = host === 'a.test' ? [A, B] : [B, A];
    world.tell('+slave', C, [{ ...lost, flags: 'slave,disconnected' }, up, C]);
    await world.clock.advance(1_000);
    expect(hostOf(client)).toBe(host);
    expect(causesOf(client).filter((cause) => cause !== undefined)).toEqual([]);
  });

  test('but not one that works, where they say that none is up', async () => {
    const world = new ReplicaWorld([A]);
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    world.tell('+sdown', A, [{ ...A, flags: 's_down,slave' }]);
    await world.clock.advance(1_000);
    expect(causesOf(client).filter((cause) => cause !== undefined)).toEqual([]);
    expect(hostOf(client)).toBe('a.test');
  });

  test('that is promoted, also where there is no other one', async () => {
    const world = new ReplicaWorld([OTHER]);
    const end = world.other.on('HELLO', replicaGreeting);
    const client = await world.connect(world.options({ whenDownWaitMs: 0 }));
    await world.clock.advance(10);
    end();
    world.know([{ ...ENDPOINT, flags: 's_down,slave,disconnected' }]);
    world.replace(0);
    await world.clock.advance(150);
    expect(causesOf(client)).toContain(
      'the Sentinels name a replica as the primary of main: other.test:6379',
    );
    expect(await world.failureOf(client.get('key'))).toMatchObject({
      cause: { message: expect.stringMatching(/^no replica of main is up \(redis\.test/) as string },
    });
  });

  test('not as another group than ours has one that is down', async () => {
    const world = new ReplicaWorld();
    await world.connect(world.options());
    await world.clock.advance(10);
    const before = world.network.dials.length;
    world.sentinels[0]!.publish('+sdown', 'slave a.test:6379 a.test 6379 @ mainly redis.test 6379');
    world.sentinels[0]!.publish('+sdown', 'sentinel main 127.0.0.1 26379 @ main redis.test 6379');
    await world.clock.advance(100);
    expect(world.network.dials).toHaveLength(before);
  });

  test('not as a Sentinel with old news names it as the primary that it once was', async () => {
    const world = new ReplicaWorld();
    for (const view of world.views) view.epoch = 5;
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    const host = hostOf(client);
    Object.assign(world.views[0]!, { primary: { host, port: 6379 }, epoch: 4, replicas: [C] });
    world.sentinels[0]!.publish('+switch-master', `main redis.test 6379 ${host} 6379`);
    await world.clock.advance(1_000);
    expect(hostOf(client)).toBe(host);
  });
});

test('who writes to a replica is refused, and its connection is kept', async () => {
  const world = new ReplicaWorld([A]);
  world.replicas.get('a.test')!.on('SET', () => ({ bytes: resp.error('READONLY You can not write.') }));
  const client = await world.connect(world.options());
  expect(await world.failureOf(client.set('key', 'value'))).toMatchObject({ code: 'READONLY' });
  await world.clock.advance(1_000);
  expect(world.spread()).toEqual([1, 0, 0]);
});
