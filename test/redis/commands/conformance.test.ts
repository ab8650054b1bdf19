import { commands, HawserError, Redis, type RedisConnection, type TypedCommand } from 'hawser/redis';
import { RedisServer } from 'hawser/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE, type CataloguedCommand } from '../../../scripts/commands/catalogue.ts';
import { parseReply } from '../../../src/redis/reply-notation.ts';
import { mismatch, type Wanted } from './reply-check.ts';
import { CLUSTER_DATA, DATA, sampleArguments, sampleWith } from './samples.ts';
import { SPECIAL } from './special-samples.ts';

const FORMS: readonly Wanted[] = [
  { buffers: false, bigints: false },
  { buffers: true, bigints: true },
];

let plain: RedisServer;
let cluster: RedisServer;
beforeAll(async () => {
  [plain, cluster] = await Promise.all([
    RedisServer.start({ args: ['--enable-debug-command', 'yes', '--enable-module-command', 'yes'] }),
    RedisServer.start({ args: ['--cluster-enabled', 'yes'] }),
  ]);
});
afterAll(async () => {
  await Promise.all([plain.stop(), cluster.stop()]);
});

/** Runs one method and compares what it answers with the shape that its type was made of. */
async function tryMethod(
  connection: RedisConnection,
  command: CataloguedCommand,
  args: readonly unknown[],
  option: string,
  wanted: Wanted,
): Promise<void> {
  const methods = connection as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
  const options = { ...(args.at(-1) as object), ...wanted };
  const reply = await methods[command.method]!(...args.slice(0, -1), options);
  const { shape } = parseReply(command.reply).find((each) => each.option === option)!;
  expect(mismatch(shape, reply, wanted)).toEqual([]);
}

/** The same in a pipeline, beside a command whose reply is wanted in another form. */
async function tryCommand(
  connection: RedisConnection,
  command: CataloguedCommand,
  args: readonly unknown[],
  option: string,
  wanted: Wanted,
): Promise<void> {
  const make = commands as unknown as Record<string, (...args: readonly unknown[]) => TypedCommand<unknown>>;
  const made = make[command.method]!(...args.slice(0, -1), { ...(args.at(-1) as object), ...wanted });
  const beside = commands.get('text', { buffers: !wanted.buffers, bigints: !wanted.bigints });
  const [reply] = await connection.pipeline([made, beside]);
  if (reply instanceof HawserError) throw reply;
  const { shape } = parseReply(command.reply).find((each) => each.option === option)!;
  expect(mismatch(shape, reply, wanted)).toEqual([]);
}

describe.each([3, 2] as const)('over RESP%i', (protocol) => {
  let redis: Redis;
  let clusterNode: Redis;
  beforeAll(async () => {
    redis = await Redis.connect(plain.url, { protocol });
    clusterNode = await Redis.connect(cluster.url, { protocol });
  });
  afterAll(async () => {
    await Promise.all([redis.close(), clusterNode.close()]);
  });

  const known = CATALOGUE.filter(({ since }) => /^\d/.test(since));
  test.each(known.map((command) => ({ name: command.name, command })))('$name', async ({ command }) => {
    const special = SPECIAL[command.name];
    const client = command.group === 'cluster' ? clusterNode : redis;
    const cases = parseReply(command.reply).map(({ option }) => option);
    const newer = cases.filter((option) => !(special?.newerOptions ?? []).includes(option));
    await client.dedicated(async (connection) => {
      for (const [option, wanted, attemptOne] of newer.flatMap((each) =>
        FORMS.flatMap((form) => [tryMethod, tryCommand].map((attempt) => [each, form, attempt] as const)),
      )) {
        await connection.pipeline(command.group === 'cluster' ? CLUSTER_DATA : DATA);
        const args =
          special?.args?.[option] ?? (option === '' ? sampleArguments(command) : sampleWith(command, option));
        await special?.before?.(connection, plain.url);
        const given = typeof args === 'function' ? await args(connection) : args;
        const attempt = attemptOne(connection, command, given, option, wanted);
        if (special?.refusal === undefined) await attempt;
        else await expect(attempt).rejects.toThrow(special.refusal);
        await special?.after?.(connection);
      }
    });
  });
});
