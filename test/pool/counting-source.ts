import type { Leftover, Loan, OpenAttempt, PoolSource } from '../../src/core/pool/pool-source.ts';
import type { WaitOptions } from '../../src/core/waits.ts';
import type { VirtualClock } from '../../src/testing/virtual-clock.ts';

/** What a {@link CountingSource} opens. */
export class CountedMember {
  readonly number: number;
  readonly lost: (cause: Error) => void;
  /** What is left of the next lease. */
  leftover: Leftover = 'clean';
  /** What the next check rejects with. */
  sickness: Error | undefined;

  constructor(number: number, lost: (cause: Error) => void) {
    this.number = number;
    this.lost = lost;
  }
}

/** What a lease of a {@link CountingSource} gives. */
export interface CountedLoan {
  readonly member: CountedMember;
}

/** A source that opens and closes nothing but keeps count: each thing takes as long as it is told. */
export class CountingSource implements PoolSource<CountedMember, CountedLoan> {
  readonly name = 'fake';
  readonly clock: VirtualClock;
  openMs = 1;
  closeMs = 1;
  checkMs = 1;
  resetMs = 1;
  /** Checks take no notice of their signals. */
  checksAreDeaf = false;
  /** How long an attempt that is given up holds its socket. */
  letGoMs = 0;
  /** Each new member is lost with this before it is open. */
  lostWhileOpening: Error | undefined;
  /** What an attempt to open fails with; `undefined` while the server is well. */
  refusal: Error | undefined;
  /** What a reset says. */
  resetsTo = true;
  /** What `lend` throws. */
  lendError: Error | undefined;
  /** What is noted of the async context of each call of the pool's. */
  seen: () => string | undefined = () => undefined;
  readonly contexts: string[] = [];
  /** The instants of all attempts. */
  readonly dials: number[] = [];
  readonly members: CountedMember[] = [];
  readonly checked: number[] = [];
  readonly closed: number[] = [];
  dialling = 0;
  diallingMost = 0;
  /** Open, being opened or being closed. */
  sockets = 0;
  socketsMost = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  async open({ signal, lost }: OpenAttempt): Promise<CountedMember> {
    this.contexts.push(`open ${this.seen()}`);
    this.dials.push(this.clock.now());
    this.dialling += 1;
    this.sockets += 1;
    this.diallingMost = Math.max(this.dialling, this.diallingMost);
    this.socketsMost = Math.max(this.sockets, this.socketsMost);
    try {
      await this.#pass(this.openMs, signal);
      if (this.refusal !== undefined) throw this.refusal;
    } catch (error) {
      if (this.letGoMs > 0) await this.#pass(this.letGoMs, undefined);
      this.sockets -= 1;
      throw error;
    } finally {
      this.dialling -= 1;
    }
    const member = new CountedMember(this.members.length + 1, lost);
    this.members.push(member);
    if (this.lostWhileOpening !== undefined) lost(this.lostWhileOpening);
    return member;
  }

  lend(member: CountedMember): Loan<CountedLoan> {
    this.contexts.push(`lend ${this.seen()}`);
    if (this.lendError !== undefined) throw this.lendError;
    return {
      connection: { member },
      end: () => {
        const { leftover } = member;
        member.leftover = 'clean';
        return leftover;
      },
      reset: async ({ signal }) => {
        this.contexts.push(`reset ${this.seen()}`);
        await this.#pass(this.resetMs, signal);
        return this.resetsTo;
      },
    };
  }

  async check(member: CountedMember, { signal }: WaitOptions): Promise<void> {
    this.contexts.push(`check ${this.seen()}`);
    this.checked.push(member.number);
    await this.#pass(this.checkMs, this.checksAreDeaf ? undefined : signal);
    if (member.sickness !== undefined) throw member.sickness;
  }

  async close(member: CountedMember): Promise<void> {
    this.contexts.push(`close ${this.seen()}`);
    this.closed.push(member.number);
    await this.#pass(this.closeMs, undefined);
    this.sockets -= 1;
  }

  /** The server is gone: every member is lost, and none can be opened. */
  fail(cause: Error): void {
    this.refusal = cause;
    for (const member of this.members) if (!this.closed.includes(member.number)) member.lost(cause);
  }

  /** Never with `Infinity`, but for the signal. */
  #pass(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const timer = delayMs === Infinity ? undefined : this.clock.setTimer(resolve, delayMs);
      signal?.addEventListener('abort', () => {
        if (timer !== undefined) this.clock.clearTimer(timer);
        reject(signal.reason as Error);
      });
    });
  }
}
