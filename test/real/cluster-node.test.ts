import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisRedirectError } from 'hawser/redis';
import { RedisServer } from 'hawser/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REDIS_START_LIMIT_MS } from '../support/redis.ts';
import { connect, failureOf } from './clients.ts';

const OWN_ID = 'a'.repeat(40);
const OTHER_ID = 'b'.repeat(40);

/** Keys by the slot that they belong to. */
const KEYS = { own: 'bar', moving: 'hello', others: 'foo' } as const;
const SLOTS = { own: 5061, moving: 866, others: 12_182 } as const;

/** What a node knows of a cluster of two, of which it is the first; the second is not there at all. */
const CLUSTER = `\
${OWN_ID} 127.0.0.1:0@0 myself,master - 0 0 1 connected 0-8191 [${SLOTS.moving}->-${OTHER_ID}]
${OTHER_ID} 127.0.0.1:7@10007 master - 0 0 2 connected 8192-16383
vars currentEpoch 2 lastVoteEpoch 0
`;

let folder = '';
let server: RedisServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hawser-cluster-'));
  const path = join(folder, 'nodes.conf');
  await writeFile(path, CLUSTER);
  // A node that has just started takes no writes for two seconds; it tells at once where a key is read.
  const args = [
    '--cluster-enabled',
    'yes',
    '--cluster-config-file',
    path,
    '--cluster-allow-reads-when-down',
    'yes',
  ];
  server = await RedisServer.start({ args });
}, REDIS_START_LIMIT_MS);

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

test('a key of another node is refused with MOVED, which says where it is', async () => {
  const redis = await connect(server.url);
  const failure = await failureOf(redis.get(KEYS.others));
  expect(failure).toBeInstanceOf(RedisRedirectError);
  expect(failure).toMatchObject({
    code: 'MOVED',
    outcome: 'refused',
    command: 'GET',
    kind: 'MOVED',
    slot: SLOTS.others,
    host: '127.0.0.1',
    port: 7,
  });
});

test('a key of a slot that is being moved is refused with ASK', async () => {
  const redis = await connect(server.url);
  const failure = await failureOf(redis.get(KEYS.moving));
  expect(failure).toBeInstanceOf(RedisRedirectError);
  expect(failure).toMatchObject({ code: 'ASK', kind: 'ASK', slot: SLOTS.moving, host: '127.0.0.1', port: 7 });
});

test('in a pipeline a redirection stands in its place, and the node’s own keys are answered', async () => {
  const redis = await connect(server.url);
  const replies = await redis.pipeline([
    ['GET', KEYS.own],
    ['GET', KEYS.others],
    ['GET', KEYS.own],
  ]);
  expect(replies).toMatchObject([null, { kind: 'MOVED', command: 'GET' }, null]);
});
