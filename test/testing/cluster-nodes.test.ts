import type { RedisServer } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { readClusterNodes } from '../../src/testing/servers/cluster-nodes.ts';
import { ClusterSurvey } from '../../src/testing/servers/cluster-survey.ts';

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(40));

/** A line of CLUSTER NODES. */
function line(id = '', port = 0, flags = '', master = '-', epoch = 1, ...slots: readonly string[]): string {
  return [id, `127.0.0.1:${port}@1${port}`, flags, master, 0, 1, epoch, 'connected', ...slots].join(' ');
}

/** A node that is up and says these lines. */
function node(port: number, ...lines: readonly string[]): RedisServer {
  return {
    state: 'up',
    port,
    inspect: () => Promise.resolve(`${lines.join('\n')}\n`),
  } as unknown as RedisServer;
}

describe('what a node says of its cluster', () => {
  test('is read line by line', () => {
    const nodes = readClusterNodes(
      `${[line(A, 1, 'myself,master', '-', 7, '0-5', '9', '12-12'), line(B, 2, 'slave', A, 7)].join('\n')}\n`,
    );
    expect(nodes).toEqual([
      {
        id: A,
        address: '127.0.0.1:1',
        isSelf: true,
        role: 'master',
        masterId: undefined,
        isWell: true,
        configEpoch: 7,
        slots: [
          [0, 5],
          [9, 9],
          [12, 12],
        ],
      },
      { ...nodes[0], id: B, address: '127.0.0.1:2', isSelf: false, role: 'replica', masterId: A, slots: [] },
    ]);
  });

  test('holds no slots that are on their way', () => {
    const [moving] = readClusterNodes(line(A, 1, 'master', '-', 1, '0-5', `[7->-${B}]`, `[8-<-${C}]`));
    expect(moving?.slots).toEqual([[0, 5]]);
  });

  test.each(['master,fail', 'slave,fail?', 'handshake', 'master,noaddr'])('%s is not well', (flags) => {
    expect(readClusterNodes(line(A, 1, flags))).toMatchObject([{ isWell: false }]);
  });

  test('may have a host name and more behind the address', () => {
    const text = `${A} 10.0.0.1:6379@16379,host.example,shard-id=f1 master - 0 1 1 connected`;
    expect(readClusterNodes(text)).toMatchObject([{ address: '10.0.0.1:6379' }]);
  });
});

describe('what the nodes of a cluster say', () => {
  const wholeOfA = line(A, 1, 'myself,master', '-', 1, '0-16383');

  test('the newest of two claims to a slot is right', async () => {
    const old = node(1, line(A, 1, 'myself,master', '-', 1, '0-16383'));
    const successor = node(2, line(B, 2, 'myself,master', '-', 9, '0-100'));
    for (const nodes of [
      [old, successor],
      [successor, old],
    ]) {
      const survey = await ClusterSurvey.take(nodes);
      expect(survey.masterOf(100)).toBe(successor);
      expect(survey.masterOf(101)).toBe(old);
      expect(survey.slotsHeldBy(successor)).toHaveLength(101);
      expect(survey.slotsHeldBy(old)).toHaveLength(16_384 - 101);
    }
  });

  test('is no discord when all say the same and every slot is held', async () => {
    const one = node(1, wholeOfA, line(B, 2, 'slave', A));
    const other = node(2, line(B, 2, 'myself,slave', A), line(A, 1, 'master', '-', 1, '0-16383'));
    const survey = await ClusterSurvey.take([one, other]);
    expect(survey.discord()).toBeUndefined();
    expect(survey.replicasOf(A ?? '')).toEqual([other]);
  });

  test.each([
    ['2 does not know 1 of the others', [line(B, 2, 'myself,slave', A)]],
    [
      '2 thinks that 127.0.0.1:1 is not well',
      [line(B, 2, 'myself,slave', A), line(A, 1, 'master,fail?', '-', 1, '0-16383')],
    ],
    ['2 says', [line(B, 2, 'myself,slave', A), line(A, 1, 'master', '-', 1, '0-16382')]],
    ['2 says', [line(B, 2, 'myself,slave', A), line(A, 1, 'master', '-', 2, '0-16383')]],
    ['2 says', [line(B, 2, 'myself,slave', A), line(A, 3, 'master', '-', 1, '0-16383')]],
  ])('is discord when %s', async (discord, lines) => {
    const one = node(1, wholeOfA, line(B, 2, 'slave', A));
    const survey = await ClusterSurvey.take([one, node(2, ...lines)]);
    expect(survey.discord()).toMatch(discord);
  });

  test('is discord when nobody has a slot', async () => {
    const survey = await ClusterSurvey.take([node(1, line(A, 1, 'myself,master', '-', 1, '0-5', '7-16383'))]);
    expect(survey.discord()).toBe('nobody who is up has slot 6');
  });

  test('counts when a node is up, whose silence is discord, and not when it is down', async () => {
    const silent = { state: 'up', port: 2, inspect: () => Promise.reject(new Error('silence')) };
    const survey = await ClusterSurvey.take([node(1, wholeOfA), silent as unknown as RedisServer]);
    expect(survey.discord()).toBe('2 does not answer');
    const down = { ...silent, state: 'down' } as unknown as RedisServer;
    expect((await ClusterSurvey.take([node(1, wholeOfA), down])).discord()).toBeUndefined();
  });

  test('is not waited for by who has given up', async () => {
    const reason = new Error('enough');
    const taken = ClusterSurvey.take([node(1, wholeOfA)], { signal: AbortSignal.abort(reason) });
    await expect(taken).rejects.toBe(reason);
  });
});
