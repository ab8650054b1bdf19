import {
  HawserError,
  type Clock,
  type LeasedPipeline,
  type CallWaitOptions,
  type Timer,
} from '../core/index.ts';
import { BlockedCall } from './blocked-call.ts';
import { RedisReplyError } from './errors.ts';
import type { CommandLimits } from './options.ts';
import type { OwnRequest } from './own-request.ts';
import type { RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';

/** Asks the server on another connection than those on which calls wait. */
export type AskAside = (command: readonly [string, ...string[]]) => Promise<RedisReply>;

/** How a dial ends that was not answered, as against one that was refused. */
const UNANSWERED_DIALS: ReadonlySet<string> = new Set(['CONNECT_TIMEOUT', 'HANDSHAKE_TIMEOUT']);

/** Flag of a session in CLIENT LIST: it waits in a blocking command. */
const HELD = 'b';

/**
 * The calls of a client that the server holds, and the watch over them. A server that may be silent for long over a call
 * cannot be found silent on its connection, so it is asked beside it, every `stallAfterMs`: whether it answers, and whether it
 * still holds each call. One that it does not hold, and whose reply has not come by the next time, has lost its way.
 */
export class BlockedCalls {
  readonly #clock: Clock;
  readonly #limits: CommandLimits;
  readonly #ask: AskAside;
  readonly #calls = new Set<BlockedCall>();
  /** Calls that the server did not hold when it was asked last. */
  #suspects: ReadonlySet<BlockedCall> = new Set();
  #watch: 'at rest' | 'refused' | 'asking' | { readonly timer: Timer } = 'at rest';

  constructor(clock: Clock, limits: CommandLimits, ask: AskAside) {
    this.#clock = clock;
    this.#limits = limits;
    this.#ask = ask;
  }

  /** Asks on a connection that belongs to the call until it has settled. Rejects as a call does. */
  async run(
    connection: LeasedPipeline<RedisRequest, RedisReply>,
    request: OwnRequest,
    { timeoutMs = this.#limits.timeoutMs, hasBegun, signal }: CallWaitOptions = {},
  ): Promise<RedisReply> {
    const { command } = request;
    if (signal?.aborted === true) {
      const init = { outcome: 'not-sent', command, cause: signal.reason as unknown } as const;
      throw new HawserError('ABORTED', `${command}: aborted by the caller before it was sent`, init);
    }
    const unblock = async (session: number): Promise<boolean> =>
      (await this.#ask(['CLIENT', 'UNBLOCK', String(session), 'ERROR'])) === 1;
    const wait = { timeoutMs, hasBegun, signal };
    const call = new BlockedCall({ clock: this.#clock, connection, request, ...wait, unblock });
    this.#calls.add(call);
    this.#watchOn();
    try {
      return await call.reply;
    } finally {
      this.#calls.delete(call);
      if (this.#calls.size === 0) this.#rest();
    }
  }

  #watchOn(): void {
    const { stallAfterMs } = this.#limits;
    if (this.#watch !== 'at rest' || stallAfterMs === Infinity) return;
    this.#watch = { timer: this.#clock.setTimer(() => this.#look(), stallAfterMs) };
  }

  #rest(): void {
    if (typeof this.#watch === 'object') this.#clock.clearTimer(this.#watch.timer);
    if (this.#watch !== 'refused') this.#watch = 'at rest';
  }

  #look(): void {
    const asked = [...this.#calls].filter(({ session }) => session !== undefined);
    this.#watch = 'asking';
    const done =
      asked.length === 0
        ? Promise.resolve()
        : this.#ask(['CLIENT', 'LIST', 'ID', ...asked.map(({ session }) => String(session))]).then(
            // What is no text comes from something that does not know the question.
            (list) => (typeof list === 'string' ? this.#compare(asked, list) : this.#refused()),
            (error: unknown) => this.#unanswered(asked, error),
          );
    void done.then(() => {
      if (this.#watch !== 'asking') return;
      this.#watch = 'at rest';
      if (this.#calls.size > 0) this.#watchOn();
    });
  }

  #compare(asked: readonly BlockedCall[], list: string): void {
    const held = new Set(
      list.split('\n').flatMap((line) => {
        const [, session, flags] = /^id=(\d+) .*?\bflags=(\S+)/.exec(line) ?? [];
        return flags?.includes(HELD) === true ? [Number(session)] : [];
      }),
    );
    const suspects = asked.filter(({ session }) => session !== undefined && !held.has(session));
    for (const call of suspects) {
      if (this.#suspects.has(call))
        call.stalled('the server does not hold it any more, and no reply has come');
    }
    this.#suspects = new Set(suspects);
  }

  #unanswered(asked: readonly BlockedCall[], error: unknown): void {
    if (error instanceof RedisReplyError) return this.#refused();
    if (!(error instanceof HawserError) || !isSilence(error)) return;
    for (const call of asked) call.stalled(`the server has not answered beside it either: ${error.message}`);
  }

  /** It may not be asked, or does not know the question: the calls can only be waited for. */
  #refused(): void {
    // A call that has begun meanwhile may have set the next time to ask.
    this.#rest();
    this.#watch = 'refused';
  }
}

/** Whether a question has failed since the server does not answer: neither it, nor who wants to connect to ask it. */
function isSilence({ code, cause }: HawserError): boolean {
  if (code === 'STALLED' || code === 'NOT_CONNECTED') return true;
  // Of a pool, which has waited for a connection to ask on.
  return cause instanceof HawserError && UNANSWERED_DIALS.has(cause.code);
}
