import { describe, expect, test } from 'vitest';
import { nameOf } from '../../../src/redis/cluster/node-address.ts';
import { readTopology } from '../../../src/redis/cluster/topology.ts';

const A = ['10.0.0.1', 7000, 'id-a', new Map()];
const B = ['10.0.0.2', 7000, 'id-b', []];

describe('what a node tells of the cluster', () => {
  test('has ranges of slots by their primary, and its replicas', () => {
    expect(
      readTopology(
        [
          [0, 99, A, B],
          [100, 199, B],
          [300, 300, A, B],
        ],
        'asked',
      ),
    ).toEqual([
      {
        slots: [
          [0, 99],
          [300, 300],
        ],
        primary: { host: '10.0.0.1', port: 7000 },
        replicas: [{ host: '10.0.0.2', port: 7000 }],
      },
      { slots: [[100, 199]], primary: { host: '10.0.0.2', port: 7000 }, replicas: [] },
    ]);
  });

  test.each([[null], ['']])('leaves out (%j) a host that is the one that was asked', (host) => {
    const [shard] = readTopology([[0, 1, [host, 7001, 'id']]], 'asked.example');
    expect(shard?.primary).toEqual({ host: 'asked.example', port: 7001 });
  });

  test('has the address in the place of a name that is not known', () => {
    const inMap = ['?', 7001, 'id', new Map([['ip', '10.0.0.9']])];
    const inPairs = ['?', 7002, 'id', ['ip', '10.0.0.9']];
    const nowhere = ['?', 7003, 'id', []];
    expect(readTopology([[0, 1, inMap, inPairs, nowhere]], 'asked')).toEqual([
      {
        slots: [[0, 1]],
        primary: { host: '10.0.0.9', port: 7001 },
        replicas: [{ host: '10.0.0.9', port: 7002 }],
      },
    ]);
    expect(readTopology([[0, 1, nowhere]], 'asked')).toEqual([]);
  });

  test.each([
    ['OK', 'an array'],
    [[7], 'an array for each range of slots'],
    [[[0, 16_384, A]], 'slots from 0 to 16383'],
    [[[5, 4, A]], 'slots from 0 to 16383'],
    [[[0, 1, 'a']], 'an array for each node'],
    [[[0, 1, ['a', '7000']]], 'the port of each node'],
  ])('is refused when it is none: %j', (reply, expected) => {
    expect(() => readTopology(reply, 'asked')).toThrow(`CLUSTER SLOTS: expected ${expected}`);
  });

  test('nodes are told apart by host and port', () => {
    expect(nameOf({ host: '::1', port: 7000 })).toBe('[::1]:7000');
  });
});
