import { HawserError } from '../core/index.ts';
import type { PipelineBatch } from './batch.ts';
import type { CallOptions } from './call-options.ts';
import type { RedisCommand } from './commands.ts';
import { asNumbers, asText, type RedisReply, type ReplyForms } from './reply.ts';
import { TypedCommand } from './typed-command.ts';

/** A command of a pipeline or a transaction: as an array, or with a type. */
export type BatchCommand = RedisCommand | TypedCommand<unknown>;

/**
 * What commands answer with, each in its place: one with a type with a value of it, or the error in its place, any other with
 * `Reply`.
 */
export type BatchReplies<Commands extends readonly BatchCommand[], Reply> = {
  -readonly [Index in keyof Commands]: Commands[Index] extends TypedCommand<infer Value>
    ? Value | HawserError
    : Reply;
};

/** The arrays of commands, as they are sent. */
export function arraysOf(commands: readonly BatchCommand[]): readonly RedisCommand[] {
  return commands.map((each) => (each instanceof TypedCommand ? each.command : each));
}

/** The options with which commands are sent that want their replies in different forms: in the richest of them. */
export function sendingOptions(
  commands: readonly BatchCommand[],
  options: CallOptions | undefined,
): CallOptions | undefined {
  const typed = commands.filter((each) => each instanceof TypedCommand);
  const buffers = typed.some((each) => each.buffers);
  const bigints = typed.some((each) => each.bigints);
  if (!buffers && !bigints) return options;
  return { ...options, ...(buffers ? { buffers } : {}), ...(bigints ? { bigints } : {}) };
}

/** What the commands of a batch answer with, made of the server's replies to what was sent with {@link sendingOptions}. */
export function answersOf(
  commands: readonly BatchCommand[],
  replies: readonly (RedisReply | HawserError)[],
  options: CallOptions | undefined,
  forms: ReplyForms,
  batch?: PipelineBatch,
): (RedisReply | HawserError)[] {
  const sent = sendingOptions(commands, options);
  return replies.map((reply, index) => {
    if (reply instanceof HawserError) return reply;
    const command = commands[index]!;
    const { buffers, bigints } = command instanceof TypedCommand ? command : (options ?? {});
    const isText = sent?.buffers === true && buffers !== true;
    const isNumbers = sent?.bigints === true && bigints !== true;
    const text = isText ? asText(reply) : reply;
    const wanted = isNumbers ? asNumbers(text) : text;
    // What the value is made of comes with EXEC.
    const isRaw = !(command instanceof TypedCommand) || batch?.isQueued(index) === true;
    return isRaw ? wanted : answerOf(command, wanted, forms);
  });
}

/** An answer that cannot be told is an error in its place: the others can. */
function answerOf(
  typed: TypedCommand<unknown>,
  reply: RedisReply,
  forms: ReplyForms,
): RedisReply | HawserError {
  try {
    return typed.answerOf(reply, forms) as RedisReply;
  } catch (error) {
    if (!(error instanceof HawserError)) throw error;
    error.command ??= typed.name;
    return error;
  }
}

/** The replies of a pipeline or a transaction, where all are values. Throws the first that is an error. */
export function valuesOf<const Replies extends readonly unknown[]>(
  replies: Replies,
): { -readonly [Index in keyof Replies]: Exclude<Replies[Index], HawserError> } {
  const failure = replies.find((reply) => reply instanceof HawserError);
  if (failure !== undefined) throw failure;
  return replies as { -readonly [Index in keyof Replies]: Exclude<Replies[Index], HawserError> };
}
