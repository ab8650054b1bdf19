import type { RedisServer, RedisValue } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { askSentinel, checkView, type SentinelView } from '../../src/testing/servers/sentinel-view.ts';

function server(port: number, tlsPort?: number): RedisServer {
  return { host: '127.0.0.1', port, tlsPort } as Partial<RedisServer> as RedisServer;
}

function replica(port: number, flags: string, link: string): RedisValue {
  return ['ip', '127.0.0.1', 'port', `${port}`, 'flags', flags, 'master-link-status', link];
}

/** A sentinel that says these. */
function sentinel(replies: Readonly<Record<string, RedisValue>>): RedisServer {
  const inspect = ([, question = '', name]: readonly string[]): Promise<RedisValue> => {
    expect(name).toBe('orders');
    return Promise.resolve(replies[question] ?? null);
  };
  return { port: 5, inspect } as Partial<RedisServer> as RedisServer;
}

describe('what a sentinel says', () => {
  test('is read from its replies', async () => {
    const one = sentinel({
      'GET-MASTER-ADDR-BY-NAME': ['127.0.0.1', '1'],
      MASTER: ['name', 'orders', 'flags', 'master', 'num-other-sentinels', '2', 'config-epoch', '7'],
      REPLICAS: [replica(2, 'slave', 'ok'), replica(3, 's_down,slave', 'ok'), replica(4, 'slave', 'err')],
    });
    expect(await askSentinel(one, 'orders', {})).toEqual({
      sentinel: one,
      address: '127.0.0.1:1',
      configEpoch: 7,
      isCalm: true,
      knownSentinels: 3,
      goodReplicas: ['127.0.0.1:2'],
    });
  });

  test.each(['master,s_down', 'master,failover_in_progress', 'master,disconnected'])(
    'is no calm view when it says %s',
    async (flags) => {
      const one = sentinel({ MASTER: ['flags', flags] });
      expect(await askSentinel(one, 'orders', {})).toMatchObject({ isCalm: false });
    },
  );

  const view: SentinelView = {
    sentinel: server(5),
    address: '127.0.0.1:1',
    configEpoch: 7,
    isCalm: true,
    knownSentinels: 3,
    goodReplicas: ['127.0.0.1:2', '127.0.0.1:33'],
  };
  const expected = { master: server(1), replicas: [server(2), server(3, 33)], sentinels: 3 };

  test('is right when it is what is expected', () => {
    checkView(view, expected);
  });

  test.each([
    ['sentinel 5 says that 127.0.0.1:2 is the master', { address: '127.0.0.1:2' }],
    ['sentinel 5 does not think that all is well with the master', { isCalm: false }],
    ['sentinel 5 knows 2 sentinels, not 3', { knownSentinels: 2 }],
    ['sentinel 5 does not count on 3 yet', { goodReplicas: ['127.0.0.1:2', '127.0.0.1:3'] }],
  ])('is wrong: %s', (complaint, difference) => {
    expect(() => checkView({ ...view, ...difference }, expected)).toThrow(complaint);
  });
});
