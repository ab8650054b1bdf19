import type { Redis, RedisConnection, RedisPool } from 'hawser/redis';
import { resp, SimulatedRedis, type SimulatedRedisAnswer } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { endingOf, ENDPOINT, RedisWorld } from '../support/redis-world.ts';

const MARKS = 'ADDR 10.0.0.1:1002 LADDR 10.0.0.2:6379 SKIPME yes';

/** A server that holds BLPOP for ever, and answers CLIENT KILL as it is told. */
class HoldingWorld extends RedisWorld {
  /** Sessions that it says to hold. */
  held: readonly number[] = [2];
  tellsMarks = true;
  kill: SimulatedRedisAnswer = { bytes: resp.integer(1) };

  constructor() {
    super();
    this.redis.on('BLPOP', () => 'silence');
    this.redis.on('CLIENT', ({ command, connection }) => {
      const [, subcommand, , ...sessions] = command.text.split(' ');
      const { number } = connection;
      if (subcommand === 'UNBLOCK') return { bytes: resp.integer(0) };
      if (subcommand === 'KILL') return this.kill;
      const mark = (id: number): string => `id=${id} addr=10.0.0.1:${1_000 + id} laddr=10.0.0.2:6379 fd=8`;
      if (subcommand === 'INFO' && this.tellsMarks) return { bytes: resp.bulk(mark(number)) };
      if (subcommand !== 'LIST') return undefined;
      const flags = (id: number): string => (this.held.includes(id) ? 'b' : 'N');
      const lines = sessions.map(Number).map((id) => `${mark(id)} flags=${flags(id)}\n`);
      return { bytes: resp.bulk(lines.join('')) };
    });
  }

  /** All that is said on these connections is lost, and nobody is told. */
  silence(...connections: number[]): void {
    for (const number of connections) {
      for (const direction of ['to-server', 'to-client'] as const) {
        this.wire(number).cut({ direction, how: 'silence' });
      }
    }
  }

  /** On which connections the server was asked to end a session, and which. */
  get kills(): (readonly [connection: number, text: string])[] {
    return this.redis.connections.flatMap(({ commands }, index) =>
      commands
        .filter(({ text }) => text.startsWith('CLIENT KILL'))
        .map(({ text }) => [index + 1, text] as const),
    );
  }

  /** What the server was asked on a connection behind its handshake: beginning with CLIENT KILL, where that was asked. */
  behindHandshake(connection: number): string[] {
    const texts = this.server(connection).commands.map(({ text }) => text);
    return texts.slice(texts.findLastIndex((text) => text.startsWith('CLIENT SETINFO')) + 1);
  }

  /** A call that was held, on the second connection, when all fell silent. */
  async lostInSilence(client: Redis | RedisPool): Promise<void> {
    const call = endingOf(client.command(['BLPOP', 'a', 0]));
    await this.clock.advance(10);
    this.silence(1, 2);
    expect(await this.clock.waitFor(call)).toMatchObject({ error: { code: 'STALLED', outcome: 'unknown' } });
  }
}

describe('a session on which the server may hold a call, and that it need not know to be over,', () => {
  test('is ended before anything else is asked on the next connection', async () => {
    const world = new HoldingWorld();
    const client = await world.connect();
    await world.lostInSilence(client);
    const waiting = client.incr('n');
    expect(await world.clock.waitFor(waiting)).toBe(1);
    expect(world.behindHandshake(3).slice(0, 2)).toEqual([`CLIENT KILL ID 2 ${MARKS}`, 'INCR n']);
  });

  test('is ended at once on a connection that there is, and never again', async () => {
    const world = new HoldingWorld();
    const client = await world.connect();
    const call = endingOf(client.command(['BLPOP', 'a', 0]));
    await world.clock.advance(10);
    world.silence(2);
    world.held = [];
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'STALLED' } });
    await world.clock.advance(10);
    expect(world.kills).toEqual([[1, `CLIENT KILL ID 2 ${MARKS}`]]);
    await world.clock.waitFor(client.dedicated((own) => own.ping()));
    world.server(1).reset();
    await world.clock.advance(1_000);
    await world.clock.waitFor(client.incr('n'));
    expect(world.kills).toHaveLength(1);
  });

  test.each([
    ['ended', (world: HoldingWorld) => world.server(2).end()],
    ['torn', (world: HoldingWorld) => world.server(2).reset()],
  ])('is ended where its connection was %s, by a firewall or a proxy maybe', async (_how, strike) => {
    const world = new HoldingWorld();
    const client = await world.connect();
    const call = endingOf(client.command(['BLPOP', 'a', 0]));
    await world.clock.advance(10);
    strike(world);
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'CONNECTION_LOST' } });
    await world.clock.waitFor(client.dedicated((own) => own.ping()));
    expect(world.kills).toEqual([[1, `CLIENT KILL ID 2 ${MARKS}`]]);
  });

  test('is asked for again, when what was asked was lost', async () => {
    const world = new HoldingWorld();
    const client = await world.connect();
    world.kill = 'reset';
    await world.lostInSilence(client);
    await world.clock.advance(500);
    expect(client.state).not.toBe('ready');
    world.kill = { bytes: resp.integer(1) };
    await world.clock.waitFor(client.ready({ timeoutMs: 60_000 }));
    const before = world.kills.length;
    expect(before).toBeGreaterThan(1);
    world.server(world.redis.connections.length).reset();
    await world.clock.advance(1_000);
    await world.clock.waitFor(client.incr('n'));
    expect(world.kills).toHaveLength(before);
  });

  test('is left to itself where the server does not let it be ended; nothing else is disturbed', async () => {
    const world = new HoldingWorld();
    world.kill = { bytes: resp.error('NOPERM this user has no permissions') };
    const client = await world.connect();
    await world.lostInSilence(client);
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    world.server(3).reset();
    await world.clock.advance(1_000);
    expect(await world.clock.waitFor(client.incr('n'))).toBe(2);
    expect(world.kills.map(([connection]) => connection)).not.toContain(4);
  });

  test('is ended later where the server is held up by a script', async () => {
    const world = new HoldingWorld();
    world.kill = { bytes: resp.error('BUSY Redis is busy running a script') };
    const client = await world.connect();
    await world.lostInSilence(client);
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    world.server(3).reset();
    await world.clock.advance(1_000);
    await world.clock.waitFor(client.incr('n'));
    expect(world.kills).toContainEqual([4, `CLIENT KILL ID 2 ${MARKS}`]);
  });

  test('is not asked for where the server does not tell by what it knows it', async () => {
    const world = new HoldingWorld();
    world.tellsMarks = false;
    const client = await world.connect();
    await world.lostInSilence(client);
    expect(await world.clock.waitFor(client.incr('n'))).toBe(1);
    expect(world.kills).toEqual([]);
  });

  test('is ended when its caller has left it: not before whoever has the connection is done with it', async () => {
    const world = new HoldingWorld();
    const client = await world.connect();
    const abort = new AbortController();
    let done = (): void => {};
    const call = new Promise<unknown>((resolve) => {
      const hold = async (own: RedisConnection): Promise<void> => {
        resolve(await endingOf(own.command(['BLPOP', 'a', 0], { signal: abort.signal })));
        await new Promise<void>((end) => {
          done = end;
        });
      };
      void client.dedicated(hold);
    });
    await world.clock.advance(10);
    abort.abort();
    expect(await world.clock.waitFor(call)).toMatchObject({ error: { code: 'ABORTED', outcome: 'unknown' } });
    await world.clock.advance(1_000);
    expect(world.kills).toEqual([]);
    done();
    await world.clock.advance(10);
    expect(world.kills).toEqual([[1, `CLIENT KILL ID 2 ${MARKS}`]]);
  });
});

describe('nobody is asked to end a session', () => {
  test('who is no server of the client: a Sentinel knows of none', async () => {
    const world = new HoldingWorld();
    const { clock } = world;
    const sentinel = new SimulatedRedis({ clock });
    sentinel.on('SENTINEL', ({ command: { text } }) => {
      const { host, port } = ENDPOINT;
      const isAsked = text.includes('GET-MASTER-ADDR');
      return { bytes: resp.array(isAsked ? [resp.bulk(host), resp.bulk(String(port))] : []) };
    });
    world.network.listen({ host: 'sentinel.test', port: 26_379 }, sentinel.accept);
    const client = world.start({ sentinel: { group: 'main' } }, 'redis://sentinel.test');
    await clock.waitFor(client.ready());
    const call = endingOf(client.command(['BLPOP', 'a', 0]));
    await clock.advance(100);
    world.silence(...world.network.connections.map((_, index) => index + 1));
    expect(await clock.waitFor(call)).toMatchObject({ error: { code: 'STALLED' } });
    await clock.waitFor(client.ready());
    expect(sentinel.commands.filter(({ text }) => text.includes('KILL'))).toEqual([]);
    expect(world.kills).toContainEqual([3, `CLIENT KILL ID 2 ${MARKS}`]);
  });

  test('on which the server holds nothing', async () => {
    const world = new HoldingWorld();
    const client = await world.connect();
    world.redis.on('BLPOP', () => ({ bytes: resp.bulk('popped') }));
    const ending = client.dedicated(async (own) => {
      expect(await own.command(['BLPOP', 'a', 0])).toBe('popped');
      world.silence(2);
      return endingOf(own.get('key'));
    });
    expect(await world.clock.waitFor(ending)).toMatchObject({
      error: { code: 'STALLED', outcome: 'unknown' },
    });
    await world.clock.waitFor(client.dedicated((own) => own.ping()));
    expect(world.kills).toEqual([]);
  });
});
