import { HawserError, onAbort, type Clock, type LeasedPipeline, type Timer } from '../core/index.ts';
import { RedisReplyError } from './errors.ts';
import type { NamedSession } from './held-sessions.ts';
import type { OwnRequest } from './own-request.ts';
import type { RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';

/** How long a call may take to be taken back from the server, in milliseconds; then its connection is given up. */
export const TAKE_BACK_WITHIN_MS = 500;

/** The server may not have begun to hold a call when it is asked to let go: it is asked again after so long. */
const ASK_AGAIN_AFTER_MS = 20;

/** What a call that the server holds needs. */
export interface BlockedCallGround {
  readonly clock: Clock;
  /** Belongs to the call alone until that has settled. */
  readonly connection: LeasedPipeline<RedisRequest, RedisReply>;
  readonly request: OwnRequest;
  /** How long the call may take, from now on. */
  readonly timeoutMs: number;
  /** That is what is left of a longer wait. */
  readonly hasBegun: boolean | undefined;
  readonly signal: AbortSignal | undefined;
  /**
   * Asks the server to let go of a session, if that is still wanted when it has found it. Resolves to whether it held it; rejects
   * when it cannot be asked.
   */
  readonly unblock: (session: NamedSession, isWanted: () => boolean) => Promise<boolean>;
}

type Life =
  | { readonly name: 'held' }
  /** The server is being asked to let go. */
  | { readonly name: 'taken back'; readonly because: Departure }
  | { readonly name: 'settled' };

/** Why its caller waits no longer. */
interface Departure {
  readonly code: 'ABORTED' | 'DEADLINE';
  readonly what: string;
  readonly cause: unknown;
}

/**
 * One call that the server holds until it has something to answer. When its caller leaves, it is first taken back from the
 * server: what was popped meanwhile is delivered, and where nothing was the connection is as good as before.
 */
export class BlockedCall {
  /** Settles as the call does. */
  readonly reply: Promise<RedisReply>;
  readonly #ground: BlockedCallGround;
  readonly #timers = new Set<Timer>();
  /** Ends the watch over the caller's signal. */
  #unwatch: (() => void) | undefined;
  #settle!: { readonly resolve: (reply: RedisReply) => void; readonly reject: (error: unknown) => void };
  #life: Life = { name: 'held' };

  constructor(ground: BlockedCallGround) {
    this.#ground = ground;
    this.reply = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Not with the signal, by which the reply would be given up at once.
    const { timeoutMs, hasBegun } = ground;
    ground.connection.submit(ground.request, { timeoutMs, silenceMs: 0, hasBegun }).then(
      (reply) => this.#end(() => this.#settle.resolve(reply)),
      (error: unknown) => this.#end(() => this.#settle.reject(this.#explained(error))),
    );
    if (ground.signal !== undefined) this.#unwatch = onAbort(ground.signal, () => this.#aborted());
    this.#takeBackInTime();
  }

  /** The server's session in which it waits; `undefined` before it was sent, and when it is over. */
  get session(): NamedSession | undefined {
    return this.#life.name === 'held' ? this.#ground.request.session : undefined;
  }

  /** The server does not hold it any more, or does not answer, and no reply has come. */
  stalled(why: string): void {
    const { command } = this.#ground.request;
    const init = { outcome: 'unknown', command } as const;
    this.#end(() => this.#settle.reject(new HawserError('STALLED', `${command}: ${why}`, init)));
  }

  /** Where the server may hold it for longer than its caller waits, it is asked to let go shortly before. */
  #takeBackInTime(): void {
    const { request, timeoutMs } = this.#ground;
    if (timeoutMs === Infinity || request.waitsMs < timeoutMs) return;
    const earlierMs = Math.min(TAKE_BACK_WITHIN_MS, timeoutMs / 4);
    const what = `nothing came within ${Math.round(timeoutMs)} ms`;
    this.#after(timeoutMs - earlierMs, () => this.#takeBack({ code: 'DEADLINE', what, cause: undefined }));
  }

  #aborted(): void {
    const cause: unknown = this.#ground.signal?.reason;
    this.#takeBack({ code: 'ABORTED', what: 'aborted by the caller while the server held it', cause });
  }

  #takeBack(because: Departure): void {
    if (this.#life.name !== 'held') return;
    this.#life = { name: 'taken back', because };
    // At its deadline the call ends by itself.
    if (because.code === 'ABORTED') this.#after(TAKE_BACK_WITHIN_MS, () => this.#giveUp());
    this.#askToLetGo();
  }

  #askToLetGo(): void {
    if (this.#life.name !== 'taken back') return;
    const again = (): void => this.#after(ASK_AGAIN_AFTER_MS, () => this.#askToLetGo());
    const { session } = this.#ground.request;
    if (session === undefined) return again();
    const isWanted = (): boolean => this.#life.name === 'taken back';
    this.#ground.unblock(session, isWanted).then(
      // Not held: it had not begun to, or the answer is on its way.
      (wasHeld) => (wasHeld ? undefined : again()),
      () => this.#giveUp(),
    );
  }

  /** A caller who has left is not kept waiting. */
  #giveUp(): void {
    const life = this.#life;
    if (life.name !== 'taken back' || life.because.code !== 'ABORTED') return;
    this.#end(() => this.#settle.reject(this.#departure(life.because, 'unknown', 'it may have an answer')));
  }

  /** What the server says of a call that it was asked to let go of is what its caller is told. */
  #explained(error: unknown): unknown {
    const isLetGo = error instanceof RedisReplyError && error.code === 'UNBLOCKED';
    if (!isLetGo || this.#life.name !== 'taken back') return error;
    return this.#departure(this.#life.because, 'refused', 'the server has let go of it');
  }

  #departure({ code, what, cause }: Departure, outcome: 'refused' | 'unknown', fate: string): HawserError {
    const { command } = this.#ground.request;
    return new HawserError(code, `${command}: ${what}; ${fate}`, { outcome, command, cause });
  }

  #after(delayMs: number, act: () => void): void {
    if (this.#life.name === 'settled') return;
    const { clock } = this.#ground;
    const timer = clock.setTimer(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }

  #end(settle: () => void): void {
    if (this.#life.name === 'settled') return;
    settle();
    this.#life = { name: 'settled' };
    this.#unwatch?.();
    for (const timer of this.#timers) this.#ground.clock.clearTimer(timer);
  }
}
