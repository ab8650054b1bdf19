import { describeEndpoint, HawserError, type Clock, type Endpoint, type Timer } from '../../core/index.ts';
import { RedisReplyError } from '../errors.ts';
import type { Choice } from './choice.ts';
import type { SentinelAnswer } from './sentinel-answer.ts';
import type { SentinelGroup } from './sentinel-group.ts';

/** How long one Sentinel is asked alone before the next is asked beside it. */
export const SENTINEL_STAGGER_MS = 250;
/** How many Sentinels an error tells of, each with its own reason. */
const REASONS_TOLD_MAX = 5;

/** What {@link searchSentinels} needs. */
export interface SearchGround {
  readonly clock: Clock;
  readonly group: SentinelGroup;
  readonly choice: Choice;
  /** For all of them together. */
  readonly limitMs: number;
  ask(sentinel: Endpoint, limitMs: number, signal: AbortSignal): Promise<SentinelAnswer | undefined>;
}

/**
 * Asks the Sentinels where a server is that is wanted: the first alone, each of the others when the one before has failed or was
 * silent for a while, which ends none that is under way. The first answer wins that is no old news and names one; others are
 * taken when nobody has a better one. So a Sentinel that is down costs nothing, one that is silent the stagger, and only once: the next search begins
 * with who has answered.
 *
 * Rejects with HANDSHAKE_REFUSED where trying again cannot help, else with CONNECT_FAILED, or with the signal's reason. When
 * it has settled nobody is asked any more.
 */
export async function searchSentinels(ground: SearchGround, signal: AbortSignal): Promise<SentinelAnswer> {
  const search = new Search(ground);
  const end = (): void => search.end(signal.reason as Error);
  signal.addEventListener('abort', end, { once: true });
  try {
    if (signal.aborted) throw signal.reason as Error;
    return await search.run();
  } finally {
    signal.removeEventListener('abort', end);
    search.end(new HawserError('ABORTED', 'the search is over', { outcome: 'not-sent' }));
  }
}

class Search {
  readonly #ground: SearchGround;
  readonly #waiting: Endpoint[];
  readonly #asked: Endpoint[] = [];
  readonly #abort = new AbortController();
  readonly #staggerMs: number;
  readonly #poor: SentinelAnswer[] = [];
  readonly #failures: { readonly sentinel: Endpoint; readonly error: Error | undefined }[] = [];
  readonly #count: number;
  #next: Timer | undefined;
  #limit: Timer | undefined;
  #settle: { resolve: (answer: SentinelAnswer) => void; reject: (error: Error) => void } | undefined;

  constructor(ground: SearchGround) {
    this.#ground = ground;
    this.#waiting = [...ground.group.sentinels];
    this.#count = this.#waiting.length;
    // All of them are asked in half of the time, so that the last one has the other half.
    this.#staggerMs = Math.min(SENTINEL_STAGGER_MS, ground.limitMs / 2 / this.#count);
  }

  run(): Promise<SentinelAnswer> {
    const { clock, limitMs } = this.#ground;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#limit = clock.setTimer(() => this.#conclude(), limitMs);
      this.#askNext();
    });
  }

  end(cause: Error): void {
    const { clock } = this.#ground;
    for (const timer of [this.#next, this.#limit]) if (timer !== undefined) clock.clearTimer(timer);
    this.#waiting.length = 0;
    this.#settle?.reject(cause);
    this.#settle = undefined;
    this.#abort.abort(cause);
  }

  #askNext(): void {
    const { clock, limitMs } = this.#ground;
    if (this.#next !== undefined) clock.clearTimer(this.#next);
    this.#next = undefined;
    const sentinel = this.#waiting.shift();
    if (sentinel === undefined) return;
    this.#asked.push(sentinel);
    this.#ground.ask(sentinel, limitMs, this.#abort.signal).then(
      (answer) => this.#answered(sentinel, answer),
      (error: unknown) => this.#failed(sentinel, error as Error),
    );
    if (this.#waiting.length > 0) this.#next = clock.setTimer(() => this.#askNext(), this.#staggerMs);
  }

  #answered(sentinel: Endpoint, answer: SentinelAnswer | undefined): void {
    if (answer === undefined) return this.#failed(sentinel, undefined);
    const { group, choice } = this.#ground;
    if (group.isNews(answer) && choice.isIn(answer)) return this.#succeed(answer);
    this.#poor.push(answer);
    this.#goOn();
  }

  #failed(sentinel: Endpoint, error: Error | undefined): void {
    if (this.#settle === undefined) return;
    this.#failures.push({ sentinel, error });
    this.#goOn();
  }

  #goOn(): void {
    if (this.#failures.length + this.#poor.length === this.#count) this.#conclude();
    else this.#askNext();
  }

  #succeed(answer: SentinelAnswer): void {
    if (this.#settle === undefined) return;
    for (const sentinel of this.#asked) if (sentinel !== answer.from) this.#ground.group.doubt(sentinel);
    this.#settle.resolve(answer);
    this.#settle = undefined;
  }

  /** Nobody else will answer, or not in time. */
  #conclude(): void {
    const [newest] = this.#poor.toSorted((a, b) => (b.epoch ?? 0) - (a.epoch ?? 0));
    if (newest !== undefined) return this.#succeed(newest);
    this.#settle?.reject(this.#failure());
    this.#settle = undefined;
  }

  #failure(): HawserError {
    const { group, limitMs } = this.#ground;
    const denials = this.#failures.filter(({ error }) => error === undefined).length;
    const refusals = this.#failures.filter(({ error }) => isRefusal(error)).length;
    const reasons = this.#failures.slice(0, REASONS_TOLD_MAX).map(({ sentinel, error }) => {
      return `${describeEndpoint(sentinel)}: ${error?.message ?? 'it does not know the group'}`;
    });
    const silent = this.#count - this.#failures.length;
    if (silent > 0) reasons.push(`${silent} gave no answer within ${limitMs} ms`);
    const what = denials > 0 ? 'knows the group' : refusals > 0 ? 'lets us ask for' : 'answers for';
    // What they once knew they may be about to know again.
    const isFinal = denials + refusals === this.#count && !(denials > 0 && group.isKnown);
    const cause = this.#failures.find(({ error }) => error !== undefined)?.error;
    return new HawserError(
      isFinal ? 'HANDSHAKE_REFUSED' : 'CONNECT_FAILED',
      `no Sentinel ${what} ${group.name} (${reasons.join('; ')})`,
      { outcome: 'not-sent', cause },
    );
  }
}

function isRefusal(error: Error | undefined): boolean {
  const refused = error instanceof HawserError && error.code === 'HANDSHAKE_REFUSED';
  return refused || error instanceof RedisReplyError;
}
