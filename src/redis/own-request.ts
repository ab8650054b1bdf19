import { MAX_TIMER_MS } from '../core/index.ts';
import type { Batch } from './batch.ts';
import { blockingMs } from './blocking.ts';
import type { CallOptions } from './call-options.ts';
import type { CommandInfo, RedisCommand } from './commands.ts';
import { effectOf, type Effect } from './effects.ts';
import type { NamedSession } from './held-sessions.ts';
import type { Conversion } from './reply-conversion.ts';
import type { ReplyForm } from './reply.ts';
import { RedisRequest } from './request.ts';
import type { EncodedCommand } from './resp-encoder.ts';

/** What the commands of one request need a connection of their own for: what they do to it, and how long they wait. */
export class Footprint {
  /** For each of the commands in turn. */
  readonly effects: (Effect | undefined)[] = [];
  #totalMs = 0;
  #longestMs = 0;

  /** Adds a command that does nothing but this to its connection, and does not wait. */
  addEffect(effect: Effect): void {
    this.effects.push(effect);
  }

  /** Adds a command. In a transaction none waits. */
  add(info: CommandInfo, command: RedisCommand, inTransaction: boolean): void {
    this.effects.push(info.isShareable ? undefined : effectOf(info, command));
    const waitsMs = inTransaction ? 0 : blockingMs(info.waiting, command);
    this.#totalMs += waitsMs;
    this.#longestMs = Math.max(this.#longestMs, waitsMs);
  }

  /** How long the server may hold the longest of them, in milliseconds; 0 when none waits. */
  get waitsMs(): number {
    return this.#longestMs;
  }

  /** How long the server may be silent over one of them, when that is longer than `stallAfterMs`. */
  silenceMs(stallAfterMs: number): number {
    return this.#longestMs === 0 ? 0 : this.#longestMs + stallAfterMs;
  }

  /** The options of the call: its default limit is what the commands wait, and `timeoutMs` besides. */
  options(given: CallOptions | undefined, timeoutMs: number): CallOptions | undefined {
    if (this.#totalMs === 0 || given?.timeoutMs !== undefined) return given;
    const limitMs = this.#totalMs + timeoutMs;
    // A limit, and not how long the server may be silent: that is known.
    const silence = { silenceMs: 0 };
    return { ...given, ...silence, timeoutMs: limitMs > MAX_TIMER_MS ? Infinity : limitMs };
  }
}

/** A request that needs a connection of its caller's own, or may find one that was left as it should not be. */
export class OwnRequest extends RedisRequest {
  /** For each of its commands in turn, what it does to the connection. */
  readonly effects: readonly (Effect | undefined)[];
  /** How long the server may hold the longest of its commands, in milliseconds; 0 when none waits. */
  readonly waitsMs: number;
  /** The server's session in which it waits, once it was sent. */
  session: NamedSession | undefined;
  readonly #silenceMs: number;
  #answered = 0;

  constructor(
    command: string,
    { data, bytes }: EncodedCommand,
    how: {
      readonly repeatable: boolean;
      readonly form: ReplyForm;
      readonly convert: Conversion | undefined;
      readonly batch: Batch | undefined;
      readonly footprint: Footprint;
      readonly stallAfterMs: number;
    },
  ) {
    super(command, data, bytes, how.repeatable, how.form, how.convert, how.batch);
    this.effects = how.footprint.effects;
    this.waitsMs = how.footprint.waitsMs;
    this.#silenceMs = how.footprint.silenceMs(how.stallAfterMs);
  }

  override get silenceMs(): number {
    return this.#silenceMs;
  }

  /** Its commands are sent, perhaps once more: the first reply is that to the first of them. */
  restart(): void {
    this.#answered = 0;
  }

  /** What the command does whose reply is next. */
  nextEffect(): Effect | undefined {
    const effect = this.effects[this.#answered];
    this.#answered += 1;
    return effect;
  }
}
