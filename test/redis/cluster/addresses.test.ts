import { RedisClusterClient } from 'hawser/redis/cluster';
import { resp } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { hashSlotOf } from '../../../src/redis/cluster/hash-slot.ts';
import { checkedTranslation, redirectedTo } from '../../../src/redis/cluster/node-address.ts';
import { replyErrorFrom, type RedisRedirectError } from '../../../src/redis/errors.ts';
import { ClusterWorld } from '../../support/cluster-world.ts';
import { endingOf } from '../../support/redis-world.ts';

const failing = (): never => {
  throw new Error('the table of addresses is empty');
};

describe('nodeAddress', () => {
  test.each([
    ['throws', failing, 'option nodeAddress: it failed'],
    ['answers nothing', () => undefined, 'option nodeAddress: expected { host, port }, got undefined'],
    ['answers without a host', () => ({ port: 7_000 }), 'option nodeAddress: expected { host, port }'],
    [
      'answers with a port that is text',
      () => ({ host: 'a.test', port: '7000' }),
      'option nodeAddress: expected { host, port }',
    ],
  ])('that %s is why nothing is known of the cluster', async (_, nodeAddress, expected) => {
    const world = new ClusterWorld();
    const client = world.start({ nodeAddress: nodeAddress as never });
    expect(await world.clock.waitFor(endingOf(client.get('key')))).toMatchObject({
      error: { code: 'NOT_CONNECTED', outcome: 'not-sent', cause: { code: 'INVALID_OPTION' } },
    });
    expect(client.explain().lastCause).toContain(expected);
  });

  test('that fails for another reason than before is the last cause', async () => {
    const world = new ClusterWorld();
    let isEmpty = true;
    const client = world.start({
      nodeAddress: () => (isEmpty ? failing() : (undefined as never)),
      whenDownWaitMs: Infinity,
    });
    await world.clock.advance(1_000);
    expect(client.explain().lastCause).toContain('it failed');
    isEmpty = false;
    await world.clock.advance(10_000);
    expect(client.explain().lastCause).toContain('got undefined');
  });

  test('that cannot tell where a call was sent to fails that call, which no node has run', async () => {
    const world = new ClusterWorld();
    world.add('d');
    const client = await world.connect({
      nodeAddress: (known) => (known.host === 'd.test' ? failing() : known),
    });
    const key = world.keyAt('a');
    world.node('a').redis.on('GET', () => ({ bytes: resp.error(`MOVED ${hashSlotOf(key)} d.test:7000`) }));
    expect(await world.clock.waitFor(endingOf(client.get(key)))).toMatchObject({
      error: { code: 'INVALID_OPTION', outcome: 'refused', command: 'GET' },
    });
    expect(await world.clock.waitFor(client.incr(world.keyAt('b')))).toBe(1);
  });

  test.each(['MOVED 1 b.test:7001', 'MOVED 1 :7001', 'ASK 1 ?:7001'])(
    'is asked about every redirection, also one that leaves the host out: %s',
    (text) => {
      const shifted = checkedTranslation(({ host, port }) => ({ host, port: port + 10_000 }));
      const redirection = replyErrorFrom(text) as RedisRedirectError;
      const address = redirectedTo(redirection, { host: 'b.test', port: 17_000 }, shifted);
      expect(address).toEqual({ host: 'b.test', port: 17_001 });
    },
  );

  test('that cannot tell where a subscription was sent to does not end the process', async () => {
    const world = new ClusterWorld();
    world.add('d');
    const client = await world.connect({
      nodeAddress: (known) => (known.host === 'd.test' ? failing() : known),
    });
    const channel = world.keyAt('a');
    let refusals = 0;
    world.node('a').redis.on('SSUBSCRIBE', () => {
      refusals += 1;
      return refusals > 2 ? undefined : { bytes: resp.error(`MOVED ${hashSlotOf(channel)} d.test:7000`) };
    });
    const subscription = client.ssubscribe(channel);
    await world.clock.waitFor(subscription.ready());
    expect(refusals).toBe(3);
  });
});

describe('a node', () => {
  test('that cannot be reached by plain TCP is left out, and its slots have nobody', async () => {
    const world = new ClusterWorld(['a', 'b']);
    world.node('a').redis.on('CLUSTER', () => ({
      bytes: resp.array([
        resp.array([resp.integer(0), resp.integer(8_191), nodeAt('a', 7_000)]),
        resp.array([resp.integer(8_192), resp.integer(16_383), nodeAt('b', 0)]),
      ]),
    }));
    const client = await world.connect();
    expect(Object.keys(client.explain().nodes)).toEqual(['a.test:7000']);
    expect(client.explain().slotsWithoutNode).toBe(8_192);
  });

  test.each(['MOVED 1 b.test:0', 'MOVED 1 b.test:65536', 'MOVED 16384 b.test:7000'])(
    'that sends a call nowhere (%s) fails it with just that',
    async (refusal) => {
      const world = new ClusterWorld();
      const client = await world.connect();
      world.node('a').redis.on('GET', () => ({ bytes: resp.error(refusal) }));
      expect(await world.clock.waitFor(endingOf(client.get(world.keyAt('a'))))).toMatchObject({
        error: { code: 'MOVED', outcome: 'refused', name: 'RedisReplyError' },
      });
    },
  );
});

test('a client is made by its own functions alone, and says so', () => {
  const make = RedisClusterClient as unknown as new () => unknown;
  expect(() => new make()).toThrow('option new: expected RedisClusterClient.start()');
});

function nodeAt(name: string, port: number): Buffer {
  return resp.array([resp.bulk(`${name}.test`), resp.integer(port), resp.bulk(`id-of-${name}`)]);
}
