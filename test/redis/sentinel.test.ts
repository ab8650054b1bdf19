import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { endingOf, ENDPOINT } from '../support/redis-world.ts';
import { answerOf, OTHER, SENTINELS, SentinelWorld } from '../support/sentinel-world.ts';

describe('Sentinels are asked', () => {
  test('one where that answers; then it tells of failovers', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options());
    expect(client.explain()).toMatchObject({
      name: 'main by one.test:26379,two.test:26379,three.test:26379',
      peer: expect.stringContaining('redis.test') as string,
    });
    await world.clock.advance(10);
    expect(world.dialled()).toEqual(['one.test', 'one.test', 'redis.test', 'one.test']);
    expect(client.explain().sentinel).toMatchObject({ state: 'ready' });
  });

  test('one that is silent for 250 ms, and is not the first to be asked again', async () => {
    const world = new SentinelWorld();
    world.views[0]!.isSilent = true;
    const client = world.start(world.options());
    await world.clock.advance(249);
    expect(world.dialled()).toEqual(['one.test']);
    await world.clock.waitFor(client.ready());
    expect(world.dialled().slice(0, 4)).toEqual(['one.test', 'two.test', 'two.test', 'redis.test']);
    await world.clock.advance(20_000);
    const before = world.network.dials.length;
    world.server(1).reset();
    await world.clock.advance(150);
    expect(world.dialled(before)).toEqual(['two.test', 'redis.test']);
  });

  test('one that is silent only every other time, while the primary is not there', async () => {
    const world = new SentinelWorld();
    world.views[0]!.isSilent = true;
    const client = await world.connect(world.options({ backoff: { baseMs: 10, capMs: 10 } }));
    await world.clock.advance(1_000);
    const before = world.network.dials.length;
    world.crash();
    await world.clock.advance(5_000);
    const since = world.dialled(before);
    const timesOf = (host: string): number => since.filter((each) => each === host).length;
    expect(timesOf('redis.test')).toBeGreaterThan(1.9 * timesOf('one.test'));
    world.restart();
    await world.clock.waitFor(client.ready());
  });

  test('in RESP2 too, where that was asked for', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options({ protocol: 2 }));
    await world.clock.advance(10);
    world.replace(0);
    await world.clock.advance(150);
    expect(client.explain().peer).toContain('other.test');
  });

  test('that answer only where the primary is: it has to do', async () => {
    const world = new SentinelWorld();
    for (const sentinel of world.sentinels) {
      sentinel.on('SENTINEL', ({ command: { text } }) =>
        text.includes('GET-MASTER-ADDR')
          ? answerOf(text, world.views[0]!)
          : { bytes: resp.error('NOPERM this user has no permissions') },
      );
    }
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    world.replace(0);
    await world.clock.advance(150);
    expect(client.explain().peer).toContain('other.test');
  });

  test('and those that they tell of, when none of the listed ones is left', async () => {
    const world = new SentinelWorld();
    world.views[0]!.others = SENTINELS.slice(1);
    const client = await world.connect(world.options({ endpoints: SENTINELS.slice(0, 1) }));
    await world.clock.advance(10);
    world.views[0]!.isSilent = true;
    world.views[1]!.primary = OTHER;
    world.server(1).reset();
    await world.clock.advance(500);
    expect(client.explain().peer).toContain('other.test');
  });
});

describe('when no Sentinel names a primary', () => {
  test('as all are silent: CONNECT_FAILED in half of `connectTimeoutMs`, and they are asked again', async () => {
    const world = new SentinelWorld();
    for (const view of world.views) view.isSilent = true;
    const client = world.start(world.options({ connectTimeoutMs: 2_000, whenDownWaitMs: Infinity }));
    await world.clock.advance(1_050);
    expect(client.explain().lastCause).toMatch(/^no Sentinel answers for main/);
    for (const view of world.views) view.isSilent = false;
    await world.clock.waitFor(client.ready());
  });

  test('as none knows the group: HANDSHAKE_REFUSED, and parked until `retryNow()`', async () => {
    const world = new SentinelWorld();
    for (const view of world.views) view.knows = false;
    const client = world.start(world.options());
    const failure = await world.failureOf(client.ready());
    expect(failure).toMatchObject({ code: 'NOT_CONNECTED', cause: { code: 'HANDSHAKE_REFUSED' } });
    expect(failure.message).toContain(
      'no Sentinel knows the group main (one.test:26379: it does not know the group; two.test:26379',
    );
    for (const view of world.views) view.knows = true;
    client.retryNow();
    await world.clock.waitFor(client.ready());
  });

  test('as none of those that answer knows the group: that may pass', async () => {
    const world = new SentinelWorld();
    for (const view of world.views) view.knows = false;
    world.views[2]!.isSilent = true;
    const client = world.start(world.options({ whenDownWaitMs: Infinity }));
    await world.clock.advance(3_000);
    expect(client.explain().lastCause).toMatch(
      /^no Sentinel knows the group main .*1 gave no answer within 2500 ms\)$/,
    );
    Object.assign(world.views[2]!, { knows: true, isSilent: false });
    await world.clock.waitFor(client.ready());
  });

  test('as all have forgotten a group that they knew: that may pass', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options());
    for (const view of world.views) view.knows = false;
    world.server(1).reset();
    await world.clock.advance(1_000);
    expect(client.explain()).toMatchObject({
      state: 'backing-off',
      lastCause: expect.stringMatching(/^no Sentinel knows the group main/) as string,
    });
    for (const view of world.views) view.knows = true;
    await world.clock.waitFor(client.ready());
  });

  test('the client can be closed while it asks', async () => {
    const world = new SentinelWorld();
    for (const view of world.views) view.isSilent = true;
    const client = world.start(world.options());
    await world.clock.advance(300);
    await world.clock.waitFor(client.close());
  });
});

describe('when Sentinels replace the primary', () => {
  test('one that is silent is left at once: what is in flight is unknown, a read is asked again', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    for (const name of ['INCR', 'GET']) world.redis.on(name, () => 'silence');
    const write = endingOf(client.incr('n'));
    const read = endingOf(client.get('key'));
    await world.clock.advance(10);
    world.other.data().set('key', Buffer.from('there'));
    world.replace(0);
    await world.clock.advance(150);
    expect(await world.clock.waitFor(write)).toMatchObject({
      error: {
        code: 'CONNECTION_LOST',
        outcome: 'unknown',
        message: expect.stringContaining(
          'the Sentinels name another primary of main: other.test:6379',
        ) as string,
      },
    });
    expect(await world.clock.waitFor(read)).toEqual({ value: 'there' });
    expect(world.redis.timesReceived('n') + world.other.timesReceived('n')).toBe(1);
  });

  test('it is left when the successor is promoted, though the Sentinel still waits for the other replicas', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    world.replace();
    world.sentinels[0]!.publish(
      '+promoted-slave',
      'slave other.test:6379 other.test 6379 @ main redis.test 6379',
    );
    await world.clock.advance(150);
    expect(client.explain().peer).toContain('other.test');
  });

  test('a handshake with the old one is given up', async () => {
    const world = new SentinelWorld();
    world.redis.on('HELLO', () => 'silence');
    const client = world.start(world.options());
    await world.clock.advance(100);
    expect(client.state).toBe('handshaking');
    world.replace(0);
    await world.clock.advance(150);
    expect(client.explain().peer).toContain('other.test');
  });

  test('nobody waits any longer for the next attempt', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    world.crash();
    await world.clock.advance(5_000);
    while ((client.explain().nextAttemptInMs ?? 0) < 1_000) await world.clock.advance(100);
    world.replace(0);
    await world.clock.advance(150);
    expect(client.explain()).toMatchObject({
      state: 'ready',
      peer: expect.stringContaining('other.test') as string,
    });
    world.restart();
  });

  test('so do the connections of a pool, idle and lent', async () => {
    const world = new SentinelWorld();
    const pool = world.pool({ endpoints: SENTINELS, sentinel: { group: 'main' } });
    let goOn = (): void => {};
    const held = pool.dedicated(async (own) => {
      await own.get('key');
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return endingOf(own.get('key'));
    });
    await world.clock.advance(50);
    world.replace(0);
    await world.clock.advance(50);
    goOn();
    expect(await world.clock.waitFor(held)).toMatchObject({ error: { code: 'CONNECTION_LOST' } });
    expect(await world.clock.waitFor(pool.set('key', 'value'))).toBe('OK');
    expect(world.other.value('key')).toBe('value');
  });

  test('another group than ours concerns nobody', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    const before = world.network.dials.length;
    world.sentinels[0]!.publish('+switch-master', 'mainly redis.test 6379 other.test 6379');
    await world.clock.advance(100);
    expect(world.network.dials).toHaveLength(before);
    expect(client.state).toBe('ready');
  });

  test('while nobody listens, that is found out when one is listened to again', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    world.replace();
    const watching = world.sentinels[0]!.connections.find(
      ({ session }) => session.subscribed.channel.size > 0,
    );
    watching!.reset();
    await world.clock.advance(500);
    expect(client.explain().peer).toContain('other.test');
    expect(client.explain().sentinel?.peer).toContain('two.test');
  });
});

test('where Sentinels refuse SUBSCRIBE, they are still asked at each connect', async () => {
  const world = new SentinelWorld();
  for (const sentinel of world.sentinels) {
    sentinel.on('SUBSCRIBE', () => ({ bytes: resp.error('NOPERM this user has no permissions') }));
  }
  const client = await world.connect(world.options());
  await world.clock.advance(100);
  expect(client.explain().sentinel).toMatchObject({ state: 'ready' });
  world.replace();
  await world.clock.advance(10_000);
  expect(client.explain().peer).toContain('redis.test');
  world.redis.on('SET', () => ({
    bytes: resp.error("READONLY You can't write against a read only replica."),
  }));
  expect(await world.failureOf(client.set('key', 'value'))).toMatchObject({ code: 'READONLY' });
  expect(await world.clock.waitFor(client.set('key', 'value'))).toBe('OK');
  expect(client.explain().peer).toContain('other.test');
});

describe('a Sentinel that tells old news', () => {
  test('is not believed while another one has newer ones', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    world.replace(0);
    await world.clock.advance(150);
    Object.assign(world.views[0]!, { primary: ENDPOINT, epoch: 1 });
    // It tells of its old primary, and it is the first to be asked.
    world.sentinels[0]!.publish('+switch-master', 'main other.test 6379 redis.test 6379');
    await world.clock.advance(150);
    expect(client.explain().peer).toContain('other.test');
    for (const connection of world.other.connections) connection.reset();
    await world.clock.advance(500);
    expect(client.explain().peer).toContain('other.test');
  });

  test('is not asked first again when what it names is not there: it may be cut off from the others', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    world.replace();
    Object.assign(world.views[0]!, { primary: ENDPOINT, epoch: 1 });
    world.crash();
    await world.clock.advance(1_000);
    expect(client.explain().peer).toContain('other.test');
    expect(client.explain().sentinel?.peer).toContain('one.test');
    world.restart();
  });

  test('is not believed when another one has told newer ones while it was waited for', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options());
    await world.clock.advance(10);
    world.replace(0);
    await world.clock.advance(150);
    Object.assign(world.views[0]!, { primary: ENDPOINT, epoch: 1 });
    for (const view of world.views.slice(1)) view.isSilent = true;
    for (const connection of world.other.connections) connection.reset();
    await world.clock.advance(1_000);
    expect(client.state).toBe('connecting');
    Object.assign(world.views[0]!, { primary: OTHER, epoch: 3 });
    world.sentinels[0]!.publish('+switch-master', 'main redis.test 6379 other.test 6379');
    await world.clock.advance(1_700);
    expect(client.explain()).toMatchObject({
      state: 'ready',
      peer: expect.stringContaining('other.test') as string,
    });
  });

  test('is believed when it is the only one left: its epochs may have begun anew', async () => {
    const world = new SentinelWorld();
    const client = await world.connect(world.options({ endpoints: SENTINELS.slice(0, 1) }));
    await world.clock.advance(10);
    Object.assign(world.views[0]!, { primary: OTHER, epoch: 0 });
    world.server(1).reset();
    await world.clock.advance(500);
    expect(client.explain().peer).toContain('other.test');
  });
});

test('the port of the URL is that of Sentinels by default', async () => {
  const world = new SentinelWorld();
  const client = world.start({ sentinel: { group: 'main' } }, 'redis://one.test');
  await world.clock.waitFor(client.ready());
  expect(world.network.dials[0]).toMatchObject({ endpoint: SENTINELS[0] });
});
