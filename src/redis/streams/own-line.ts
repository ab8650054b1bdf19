import { HawserError, type WaitOptions } from '../../core/index.ts';
import { RedisReplyError } from '../errors.ts';
import type { LentConnection, OwnConnections } from '../own-connections.ts';
import type { CommandMethods } from '../generated/all-commands.ts';
import type { StreamLine } from './stream-line.ts';

/** A connection of one's own for as long as it lasts, and another one after it. */
export class OwnLine implements StreamLine {
  readonly #own: () => OwnConnections;
  readonly #signal: AbortSignal;
  #lent: LentConnection | undefined;
  #isAsking = false;
  #hasServed = false;

  /** The signal is that of its end: then what is asked is taken back from the server. */
  constructor(own: () => OwnConnections, signal: AbortSignal) {
    this.#own = own;
    this.#signal = signal;
  }

  isBusy({ code }: HawserError): boolean {
    const isLate = code === 'OVERLOADED' || code === 'DEADLINE';
    if (!isLate || this.#hasServed) return false;
    // While the server is away, or no more can be opened, that is no fault of those who have the connections.
    const { state, leased, max } = this.#own().leases.explain();
    return state === 'ready' && leased === max;
  }

  /** A connection that fails is given back. */
  async ask<T>(use: (commands: CommandMethods) => Promise<T>): Promise<T> {
    this.#isAsking = true;
    try {
      this.#lent ??= await this.#own().checkout({ signal: this.#signal });
      this.#hasServed = true;
      return await use(this.#lent.connection);
    } catch (error) {
      if (!isAsGoodAsBefore(error)) this.#giveBack();
      throw error;
    } finally {
      this.#isAsking = false;
      if (this.#signal.aborted) this.#giveBack();
    }
  }

  ready(options: WaitOptions): Promise<void> {
    return this.#own().leases.ready(options);
  }

  fence(): Promise<void> {
    return this.#own().endDeadSessions();
  }

  end(): void {
    if (!this.#isAsking) this.#giveBack();
  }

  #giveBack(): void {
    this.#lent?.release();
    this.#lent = undefined;
  }
}

/** The server has answered with an error, or let go of a call that was taken back. */
function isAsGoodAsBefore(error: unknown): boolean {
  return error instanceof RedisReplyError || (error instanceof HawserError && error.outcome === 'refused');
}
