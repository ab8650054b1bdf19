import type { Batch } from '../batch.ts';
import type { CommandInfo, RedisCommand } from '../commands.ts';
import { RedisReplyError } from '../errors.ts';
import type { Conversion } from '../reply-conversion.ts';
import type { RedisReply, ReplyForm } from '../reply.ts';
import { RedisRequest } from '../request.ts';
import { encodeCommand, joinCommands, unaryHead, type EncodedCommand } from '../resp-encoder.ts';
import { violation } from '../resp-limits.ts';
import type { SharedRead } from './shared-read.ts';

/** The server is told to tell of changes to what is read next, and that is read. */
class TrackedBatch implements Batch {
  #isTracked: boolean | undefined;

  /** Whether the server tells of changes to what was read; `undefined` before it has said so. */
  get isTracked(): boolean | undefined {
    return this.#isTracked;
  }

  add(): void {}

  get isWantedNext(): boolean {
    return this.#isTracked !== undefined;
  }

  take(reply: RedisReply): RedisReply | undefined {
    if (this.#isTracked !== undefined) return reply;
    // Where it does not, the reply to the command is as good, and is not kept.
    if (reply !== 'OK' && !(reply instanceof RedisReplyError)) throw violation('OK to CLIENT CACHING');
    this.#isTracked = reply === 'OK';
    return undefined;
  }

  restart(): void {
    this.#isTracked = undefined;
  }
}

/** A read that others may join, or whose reply is to be kept. */
export class CachedRequest extends RedisRequest {
  readonly read: SharedRead;
  readonly #tracked: TrackedBatch | undefined;

  /** `asksToTrack`: the server is to tell of changes to what is read. Throws INVALID_ARGUMENT for what is no command. */
  constructor(
    info: CommandInfo,
    command: RedisCommand,
    repeatable: boolean,
    form: ReplyForm,
    convert: Conversion | undefined,
    read: SharedRead,
    asksToTrack: boolean,
  ) {
    const tracked = asksToTrack ? new TrackedBatch() : undefined;
    const encoded: TrackedCommand = asksToTrack
      ? trackedCommand(info, command)
      : encodeCommand(command, info);
    const { data, bytes, head } = encoded;
    super(info.name, data, bytes, repeatable, form, convert, tracked, head);
    this.#tracked = tracked;
    this.read = read;
  }

  /** Whether the server tells of changes to what the reply says. */
  get isTracked(): boolean {
    return this.#tracked?.isTracked === true;
  }
}

const CACHING_YES = encodeCommand(['CLIENT', 'CACHING', 'YES']);

/** A short command of one argument has a head, as in {@link RedisRequest.head}. */
interface TrackedCommand extends EncodedCommand {
  readonly head?: string;
}

function trackedCommand(info: CommandInfo, command: RedisCommand): TrackedCommand {
  const [, argument] = command;
  const head = command.length === 2 ? unaryHead(info, argument) : undefined;
  if (head === undefined || typeof argument !== 'string') {
    return joinCommands([CACHING_YES, encodeCommand(command, info)]);
  }
  const bytes = CACHING_YES.bytes + head.length + argument.length + 2;
  return { data: argument, bytes, head: `${CACHING_YES.data as string}${head}` };
}
