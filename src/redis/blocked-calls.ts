import {
  HawserError,
  type Clock,
  type LeasedPipeline,
  type CallWaitOptions,
  type Timer,
} from '../core/index.ts';
import type { AskAside } from './aside.ts';
import { BlockedCall } from './blocked-call.ts';
import { RedisReplyError } from './errors.ts';
import { letGo, lookFor, type NamedSession, type Sighting } from './held-sessions.ts';
import type { CommandLimits } from './options.ts';
import type { OwnRequest } from './own-request.ts';
import type { RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';

/** How a dial ends that was not answered, as against one that was refused. */
const UNANSWERED_DIALS: ReadonlySet<string> = new Set(['CONNECT_TIMEOUT', 'HANDSHAKE_TIMEOUT']);

/** A call that the server was asked about. */
interface AskedCall {
  readonly call: BlockedCall;
  readonly session: NamedSession;
}

/**
 * The calls of a client that the server holds, and the watch over them. A server that may be silent for long over a call
 * cannot be found silent on its connection, so it is asked beside it, every `stallAfterMs`: whether it answers, and whether it
 * still holds each call. One that it does not hold, and whose reply has not come by the next time, has lost its way. Where
 * another server answers than that of a call, nothing follows for that.
 */
export class BlockedCalls {
  readonly #clock: Clock;
  readonly #limits: CommandLimits;
  readonly #ask: AskAside;
  readonly #calls = new Set<BlockedCall>();
  /** What was said of each call when a server was asked last. */
  #sightings: ReadonlyMap<BlockedCall, Sighting | undefined> = new Map();
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
    const unblock = (session: NamedSession, isWanted: () => boolean): Promise<boolean> =>
      this.#ask((ask) => letGo(session, isWanted, ask));
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

  /**
   * To be called when the shared connection beside them was lost, with why. Where it was silence, and the next question was not
   * asked yet, that would be asked on what takes its place: there the server says that it holds calls whose own streams may be as
   * dead.
   */
  lostAside(cause: Error | undefined): void {
    this.#silent(this.#held(), cause);
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
    const asked = this.#held();
    const sessions = asked.map(({ session }) => session);
    this.#watch = 'asking';
    const done =
      asked.length === 0
        ? Promise.resolve()
        : this.#ask((ask) => lookFor(sessions, ask)).then(
            (sightings) => (sightings === undefined ? this.#refused() : this.#compare(asked, sightings)),
            (error: unknown) => this.#unanswered(asked, error),
          );
    void done.then(() => {
      if (this.#watch !== 'asking') return;
      this.#watch = 'at rest';
      if (this.#calls.size > 0) this.#watchOn();
    });
  }

  /** The calls that may be held. */
  #held(): AskedCall[] {
    return [...this.#calls].flatMap((call) => {
      const { session } = call;
      return session === undefined ? [] : [{ call, session }];
    });
  }

  #compare(asked: readonly AskedCall[], sightings: readonly Sighting[]): void {
    const before = this.#sightings;
    this.#sightings = new Map(asked.map(({ call }, index) => [call, sightings[index]]));
    for (const { call } of asked) {
      const isSuspect = this.#sightings.get(call) === 'not held' && before.get(call) === 'not held';
      if (!isSuspect || call.session === undefined) continue;
      call.stalled('the server does not hold it any more, and no reply has come');
    }
  }

  #unanswered(asked: readonly AskedCall[], error: unknown): void {
    if (error instanceof RedisReplyError) this.#refused();
    else this.#silent(asked, error);
  }

  /** What was asked beside them has failed so: if by silence, they are as lost. */
  #silent(asked: readonly AskedCall[], error: unknown): void {
    if (!(error instanceof HawserError) || !isSilence(error)) return;
    for (const { call } of asked) {
      // It is another server that is silent.
      if (this.#sightings.get(call) === 'elsewhere') continue;
      call.stalled(`the server has not answered beside it either: ${error.message}`);
    }
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
