import { afterUnknown } from '../../core/index.ts';
import { upperWordOf } from '../argument-text.ts';
import type { RedisCommand } from '../commands.ts';
import type { RedisReply } from '../reply.ts';

/** How the answers of all shards become one. */
export type Join = (replies: readonly RedisReply[]) => RedisReply;

const same: Join = ([first]) => first!;
const sum: Join = (replies) =>
  replies.some((reply) => typeof reply === 'bigint')
    ? replies.reduce<bigint>((total, reply) => total + BigInt(reply as number | bigint), 0n)
    : replies.reduce<number>((total, reply) => total + (reply as number), 0);
const concatenated: Join = (replies) => (replies as RedisReply[][]).flat();
/** By place: whether it is so everywhere. */
const everywhere: Join = (replies) =>
  (replies as RedisReply[][]).reduce((all, each) => all.map((reply, index) => reply && each[index]!));
const anyOfThem: Join = (replies) => replies.find((reply) => reply !== null) ?? null;

/**
 * Commands without keys that are meant for the whole of a cluster, as Redis tells it of them (command tips `request_policy`
 * and `response_policy`). All others without keys are asked of any node.
 */
const FAN_OUT: ReadonlyMap<string, Join> = new Map([
  ['DBSIZE', sum],
  ['FLUSHALL', same],
  ['FLUSHDB', same],
  ['KEYS', concatenated],
  ['RANDOMKEY', anyOfThem],
  ['SCRIPT|LOAD', same],
  ['SCRIPT|FLUSH', same],
  ['SCRIPT|EXISTS', everywhere],
  ['FUNCTION|LOAD', same],
  ['FUNCTION|DELETE', same],
  ['FUNCTION|FLUSH', same],
  ['FUNCTION|RESTORE', same],
  ['CONFIG|SET', same],
  ['CONFIG|RESETSTAT', same],
  ['CONFIG|REWRITE', same],
]);

/** How the answers to a command become one, that is meant for all shards; `undefined` for any other. */
export function joinOf(name: string, command: RedisCommand): Join | undefined {
  return FAN_OUT.get(name) ?? FAN_OUT.get(`${name}|${upperWordOf(command[1])}`);
}

/** Asks all, and joins what they answer. Where one has failed, it may have been done at the others. */
export async function fanOut<N>(
  nodes: readonly N[],
  join: Join,
  ask: (node: N) => Promise<RedisReply>,
): Promise<RedisReply> {
  const answers = await Promise.allSettled(nodes.map(ask));
  const failures = answers.filter((answer) => answer.status === 'rejected');
  if (failures.length === 0) {
    return join(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])));
  }
  const worst = failures.find(({ reason }) => outcomeOf(reason) === 'unknown') ?? failures[0]!;
  const isAlike =
    failures.length === nodes.length &&
    failures.every(({ reason }) => outcomeOf(reason) === outcomeOf(worst.reason));
  throw isAlike ? worst.reason : afterUnknown(worst.reason);
}

function outcomeOf(error: unknown): unknown {
  return (error as { readonly outcome?: unknown }).outcome;
}
