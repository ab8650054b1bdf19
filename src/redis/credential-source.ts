import { HawserError, type Clock, type Random, type Timer } from '../core/index.ts';
import {
  askFunction,
  type CredentialsFunction,
  type IssuedCredentials,
  type RedisCredentials,
} from './credentials.ts';

/** However short credentials are valid, and however often they are refused: so long it is until they are renewed again. */
const LEAST_RENEWAL_MS = 1_000;

/** What a {@link CredentialSource} needs in order to renew what it has issued. */
export interface RenewalGround {
  readonly clock: Clock;
  readonly random: Random;
  /** How long the function may take. */
  readonly limitMs: number;
  /** Longest wait after renewals that have failed. */
  readonly slowRetryMs: number;
}

/** What is known of the renewal of credentials. All times are durations in milliseconds from the moment of asking. */
export interface ExplainedCredentials {
  /** Until the function is asked again, unless a connect does so before. */
  readonly renewsInMs: number | undefined;
  /** How often credentials were renewed. */
  readonly renewals: number;
  /** Renewals that have failed in a row: the function has, or a server has refused what it gave. */
  readonly failures: number;
  /** Why the last one has failed; `undefined` once one was accepted since. */
  readonly lastFailure: string | undefined;
}

/** Credentials that are newer than those with which a connection has authenticated. */
export interface RenewedCredentials {
  readonly credentials: RedisCredentials;
  readonly version: number;
}

type Phase =
  | { readonly name: 'idle' }
  /** `at` in the clock's milliseconds. */
  | { readonly name: 'due'; readonly timer: Timer; readonly at: number }
  | { readonly name: 'asking' };

/**
 * Who a client authenticates as: always the same, or whoever the function says. What is valid for a time is renewed before
 * that is over, once for all connections. What cannot be renewed is used on: whether it will still do is the server's to say.
 */
export class CredentialSource {
  readonly given: RedisCredentials | CredentialsFunction | undefined;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  #ground: RenewalGround | undefined;
  #renewed: RenewedCredentials | undefined;
  #phase: Phase = { name: 'idle' };
  #failures = 0;
  #lastFailure: Error | undefined;

  constructor(given: RedisCredentials | CredentialsFunction | undefined) {
    this.given = given;
  }

  /** Counts the renewals. What is issued at a connect is no older than the last of them. */
  get version(): number {
    return this.#renewed?.version ?? 0;
  }

  /** From now on what it issues is renewed. */
  begin(ground: RenewalGround): void {
    this.#ground = ground;
  }

  /** Nothing is renewed any more. */
  end(): void {
    this.#abort.abort(new Error('the client is closed'));
    this.#cancel();
    this.#listeners.clear();
  }

  /** Who to authenticate as at a connect. Rejects as {@link askFunction}. */
  async ask(signal: AbortSignal): Promise<RedisCredentials | undefined> {
    if (typeof this.given !== 'function') return this.given;
    const issued = await askFunction(this.given, signal);
    this.#renewInTime(issued);
    return issued;
  }

  /** What a connection that has authenticated with an earlier version has to authenticate with. */
  newerThan(version: number): RenewedCredentials | undefined {
    return this.version > version ? this.#renewed : undefined;
  }

  /** Calls `listener` when there are newer credentials. Returns what removes it. */
  onRenewed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Asks the function now, unless it is being asked. */
  renewNow(): void {
    const isOver = this.#ground === undefined || this.#abort.signal.aborted;
    if (typeof this.given !== 'function' || isOver || this.#phase.name === 'asking') return;
    this.#cancel();
    void this.#renew();
  }

  /** A server has taken renewed credentials. */
  accepted(version: number): void {
    if (version !== this.version) return;
    this.#failures = 0;
    this.#lastFailure = undefined;
  }

  /** A server has refused renewed credentials, or they could not be sent. Others are asked for, after a while. */
  refused(version: number, error: Error): void {
    // Many connections may say so of the same.
    if (version === this.version && this.#lastFailure === undefined) this.#failed(error);
  }

  explain(): ExplainedCredentials | undefined {
    if (typeof this.given !== 'function' || this.#ground === undefined) return undefined;
    const now = this.#ground.clock.now();
    return {
      renewsInMs: this.#phase.name === 'due' ? Math.max(0, Math.round(this.#phase.at - now)) : undefined,
      renewals: this.version,
      failures: this.#failures,
      lastFailure: this.#lastFailure?.message,
    };
  }

  /** Somewhere between seven and eight tenths of the time: a fleet that was started together does not ask together. */
  #renewInTime({ validForMs = Infinity }: IssuedCredentials): void {
    const { random } = this.#ground ?? {};
    if (random !== undefined) this.#renewWithin(validForMs * (0.8 - random() / 10));
  }

  /** The earliest counts, where several were issued; while the function is asked, what it answers then. */
  #renewWithin(delayMs: number): void {
    if (this.#ground === undefined || this.#abort.signal.aborted || delayMs === Infinity) return;
    if (this.#phase.name === 'asking') return;
    const { clock } = this.#ground;
    const waitMs = Math.max(LEAST_RENEWAL_MS, delayMs);
    const at = clock.now() + waitMs;
    if (this.#phase.name === 'due' && this.#phase.at <= at) return;
    this.#cancel();
    this.#phase = { name: 'due', at, timer: clock.setTimer(() => void this.#renew(), waitMs) };
  }

  #cancel(): void {
    if (this.#phase.name !== 'due') return;
    this.#ground?.clock.clearTimer(this.#phase.timer);
    this.#phase = { name: 'idle' };
  }

  async #renew(): Promise<void> {
    this.#phase = { name: 'asking' };
    let issued: IssuedCredentials;
    try {
      issued = await this.#askInTime();
    } catch (error) {
      this.#phase = { name: 'idle' };
      this.#failed(error as Error);
      return;
    }
    this.#phase = { name: 'idle' };
    if (this.#abort.signal.aborted) return;
    this.#renewed = { credentials: issued, version: this.version + 1 };
    this.#lastFailure = undefined;
    this.#renewInTime(issued);
    for (const listener of this.#listeners) listener();
  }

  /** A function that does not answer must not keep the next one from being asked. */
  async #askInTime(): Promise<IssuedCredentials> {
    const { clock, limitMs } = this.#ground!;
    const attempt = new AbortController();
    const { signal } = this.#abort;
    const end = (): void => attempt.abort(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    let timer: Timer | undefined;
    const limit = new Promise<never>((_, reject) => {
      attempt.signal.addEventListener('abort', () => reject(attempt.signal.reason as Error), { once: true });
      timer = clock.setTimer(() => attempt.abort(late(limitMs)), limitMs);
    });
    try {
      return await Promise.race([askFunction(this.given as CredentialsFunction, attempt.signal), limit]);
    } finally {
      if (timer !== undefined) clock.clearTimer(timer);
      signal.removeEventListener('abort', end);
    }
  }

  #failed(error: Error): void {
    if (this.#abort.signal.aborted) return;
    const { random, slowRetryMs } = this.#ground!;
    const delayMs = Math.min(slowRetryMs, LEAST_RENEWAL_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#lastFailure = error;
    this.#renewWithin(delayMs * (1 - random() / 10));
  }
}

function late(limitMs: number): HawserError {
  return new HawserError('DEADLINE', `the credentials function has not answered within ${limitMs} ms`, {
    outcome: 'not-sent',
  });
}
