import { Redis, RedisReplyError, type RedisConnection } from 'hawser/redis';
import { SeededRandom } from 'hawser/testing';
import { expect, test } from 'vitest';
import { CATALOGUE, type CataloguedCommand } from '../../../scripts/commands/catalogue.ts';
import { NEWER_OPTIONS } from '../../../scripts/commands/newer.ts';
import { parseReply } from '../../../src/redis/reply-notation.ts';
import { redisServer } from '../../support/redis.ts';
import { mismatch } from './reply-check.ts';
import { DATA, sampleArguments } from './samples.ts';
import { SPECIAL } from './special-samples.ts';

const ROUNDS = 6;
const WANTED = { buffers: false, bigints: false };

/** What the server may rightly say to options that are well put but do not go together, or to values that are made up. */
const MEANT = new RegExp(
  [
    'are not compatible|is not compatible', // NX with GT, STORE with WITHDIST
    'just use IDX', // LEN with IDX
    'not valid string range item', // ranks with BYLEX
    'LIMIT cannot be used without', // ~
    '(?:only|not) supported in combination', // LIMIT, WITHSCORES
  ].join('|'),
);

const server = redisServer();

/** Whether a call with these arguments went well, or failed as it may; else what was wrong. */
async function verdictOn(
  connection: RedisConnection,
  command: CataloguedCommand,
  args: readonly unknown[],
): Promise<string | undefined> {
  const methods = connection as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
  const options = args.at(-1) as Record<string, unknown>;
  const cases = parseReply(command.reply);
  const { shape } =
    cases.find(({ option }) => option !== '' && options[option] !== undefined && options[option] !== false) ??
    cases[0]!;
  try {
    const reply = await methods[command.method]!(...args);
    const wrong = mismatch(shape, reply, WANTED);
    return wrong.length > 0 ? `${JSON.stringify(args)}: ${wrong[0]}` : undefined;
  } catch (error) {
    const isMeant = error instanceof RedisReplyError && MEANT.test(error.message);
    return isMeant ? undefined : `${JSON.stringify(args)}: ${String(error)}`;
  }
}

const withOptions = CATALOGUE.filter(({ name, syntax, group, since }) => {
  const isTried = group !== 'cluster' && group !== 'server' && SPECIAL[name]?.refusal === undefined;
  return (
    syntax.includes('[') &&
    isTried &&
    /^\d/.test(since) &&
    !/^(?:MIGRATE|RESTORE|FUNCTION\||CLIENT\|KILL)/.test(name)
  );
});

test('options in any combination are accepted, and decide on the type of the reply', async () => {
  const random = new SeededRandom(11);
  await using redis = await Redis.connect(server().url);
  const wrong: string[] = [];
  await redis.dedicated(async (connection) => {
    for (const command of withOptions) {
      for (let round = 0; round < ROUNDS; round += 1) {
        await connection.pipeline(DATA);
        await SPECIAL[command.name]?.before?.(connection, server().url);
        const args = sampleArguments(command, () => random.next());
        const options = args.at(-1) as Record<string, unknown>;
        if (Object.keys(NEWER_OPTIONS[command.name] ?? {}).some((option) => option in options)) continue;
        const verdict = await verdictOn(connection, command, args);
        if (verdict !== undefined) wrong.push(`${command.name} ${verdict}`);
      }
    }
  });
  expect(withOptions.length).toBeGreaterThan(60);
  expect(wrong).toEqual([]);
});
