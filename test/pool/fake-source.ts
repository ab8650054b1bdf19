import {
  HawserError,
  type Leftover,
  type Loan,
  type OpenAttempt,
  type Pool,
  type PoolSource,
  type WaitOptions,
} from 'hawser';
import type { VirtualClock } from 'hawser/testing';

export type FakePool = Pool<FakeMember, FakeLink>;

/** What a holder gets: says what the lease leaves behind when it is over. */
export class FakeLink {
  /** Counts the loans of its source. */
  readonly number: number;
  readonly member: FakeMember;
  leaves: Leftover = 'clean';
  isOver = false;

  constructor(number: number, member: FakeMember) {
    this.number = number;
    this.member = member;
  }
}

/** One that is held by the pool. Its socket is there until the pool's close, or its own end, is over. */
export class FakeMember {
  readonly id: number;
  readonly openedAt: number;
  socket: 'open' | 'closing' | 'closed' = 'open';
  link: FakeLink | undefined;
  /** How the last holder has left it, unless it was reset. */
  leftover: Leftover = 'clean';
  isCondemned = false;
  isBeingChecked = false;
  isBeingReset = false;
  readonly #lost: (cause: Error) => void;

  constructor(id: number, openedAt: number, lost: (cause: Error) => void) {
    this.id = id;
    this.openedAt = openedAt;
    this.#lost = lost;
  }

  /** Ends by itself, as when the server closes it. */
  lose(cause: Error = new Error('the peer closed it')): void {
    if (this.socket !== 'open') return;
    this.socket = 'closed';
    this.#lost(cause);
  }
}

/** One call of `open`, which ends as the test says. Once its signal fires it rejects at once, unless told to be late. */
export class FakeOpen {
  readonly number: number;
  readonly startedAt: number;
  readonly signal: AbortSignal;
  readonly result: Promise<FakeMember>;
  member: FakeMember | undefined;
  state: 'pending' | 'opened' | 'failed' = 'pending';
  /** How long after its signal it ends, and whether it has opened a member then all the same. */
  late: { readonly afterMs: number; readonly opens: boolean } = { afterMs: 0, opens: false };
  readonly #clock: VirtualClock;
  readonly #lost: (cause: Error) => void;
  readonly #timers: Timers;
  #resolve!: (member: FakeMember) => void;
  #reject!: (cause: Error) => void;

  constructor(number: number, clock: VirtualClock, timers: Timers, attempt: OpenAttempt) {
    this.number = number;
    this.startedAt = clock.now();
    this.signal = attempt.signal;
    this.#clock = clock;
    this.#timers = timers;
    this.#lost = attempt.lost;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.signal.addEventListener('abort', this.#aborted, { once: true });
  }

  succeed(afterMs = 0): void {
    this.#timers.set(afterMs, () => this.#settle('opened'));
  }

  /** Nothing is left of it. */
  get isOver(): boolean {
    return this.state === 'failed' || this.member?.socket === 'closed';
  }

  fail(cause: Error = connectFailed(), afterMs = 0): void {
    this.#timers.set(afterMs, () => this.#settle('failed', cause));
  }

  readonly #aborted = (): void => {
    const { afterMs, opens } = this.late;
    this.#timers.set(afterMs, () => this.#settle(opens ? 'opened' : 'failed', connectFailed('given up')));
  };

  #settle(state: 'opened' | 'failed', cause: Error = connectFailed()): void {
    if (this.state !== 'pending') return;
    this.state = state;
    this.signal.removeEventListener('abort', this.#aborted);
    if (state === 'failed') return this.#reject(cause);
    this.member = new FakeMember(this.number, this.#clock.now(), this.#lost);
    this.#resolve(this.member);
  }
}

/** The timers of what is faked, so that they can be told from those of the pool. */
class Timers {
  readonly #clock: VirtualClock;
  pending = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  set(afterMs: number, callback: () => void): void {
    if (afterMs === 0) return callback();
    this.pending += 1;
    this.#clock.setTimer(() => {
      this.pending -= 1;
      callback();
    }, afterMs);
  }

  wait(afterMs: number): Promise<void> {
    return new Promise((resolve) => this.set(afterMs, resolve));
  }
}

/**
 * A source whose every answer is scripted and takes virtual time only. Counts sockets as the operating system would,
 * dials and closing ones among them, and notes whatever a pool must not do.
 */
export class FakeSource implements PoolSource<FakeMember, FakeLink> {
  readonly name = 'fake';
  readonly opens: FakeOpen[] = [];
  readonly violations: string[] = [];
  /** What becomes of the next opens. */
  onOpen: (open: FakeOpen) => void = (open) => open.succeed();
  /** What becomes of a check: resolves when the member is good. */
  onCheck: (member: FakeMember, wait: WaitOptions) => Promise<void> = () => Promise.resolve();
  onReset: (member: FakeMember, wait: WaitOptions) => Promise<boolean> = () => Promise.resolve(true);
  /** How long it takes to close a member. */
  closeMs: () => number = () => 0;
  /** Told of each open as it begins. */
  watch: () => void = () => {};
  /** Members up to this number are not to be lent any more. */
  outdated = 0;
  readonly checks: FakeMember[] = [];
  socketsMax = 0;
  diallingMax = 0;
  readonly #clock: VirtualClock;
  readonly #timers: Timers;
  #loans = 0;
  /** Those that are not over, and some that are. */
  readonly #recent = new Set<FakeOpen>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.#timers = new Timers(clock);
  }

  /** Opens that have not ended. */
  get dialling(): readonly FakeOpen[] {
    return this.#left.filter(({ state }) => state === 'pending');
  }

  /** Members whose socket is not closed. */
  get members(): readonly FakeMember[] {
    return this.#left.flatMap(({ member }) => member ?? []);
  }

  /** Dialling, open and closing ones. */
  get sockets(): number {
    return this.#left.length;
  }

  get pendingTimers(): number {
    return this.#timers.pending;
  }

  /** The open with this number, counted from 1. */
  dial(number: number): FakeOpen {
    const open = this.opens[number - 1];
    if (open === undefined) throw new Error(`There were ${this.opens.length} dials only.`);
    return open;
  }

  /** For scripts: resolves after so long. */
  wait(afterMs: number): Promise<void> {
    return this.#timers.wait(afterMs);
  }

  open(attempt: OpenAttempt): Promise<FakeMember> {
    const open = new FakeOpen(this.opens.length + 1, this.#clock, this.#timers, attempt);
    this.opens.push(open);
    this.#recent.add(open);
    this.socketsMax = Math.max(this.socketsMax, this.sockets);
    this.diallingMax = Math.max(this.diallingMax, this.dialling.length);
    if (attempt.signal.aborted) this.violations.push(`dial ${open.number} was given up before it began`);
    this.watch();
    this.onOpen(open);
    return open.result;
  }

  lend(member: FakeMember): Loan<FakeLink> {
    this.#loans += 1;
    const link = new FakeLink(this.#loans, member);
    if (member.link !== undefined) this.violations.push(`member ${member.id} is lent twice`);
    if (member.isBeingChecked || member.isBeingReset)
      this.violations.push(`member ${member.id} is lent while it is asked`);
    if (member.socket !== 'open') this.violations.push(`member ${member.id} is lent while ${member.socket}`);
    if (member.leftover !== 'clean') this.violations.push(`member ${member.id} is lent ${member.leftover}`);
    if (member.isCondemned) this.violations.push(`member ${member.id} is lent, and it was condemned`);
    if (member.id <= this.outdated) this.violations.push(`member ${member.id} is lent, and it is outdated`);
    member.link = link;
    return {
      connection: link,
      end: () => {
        if (link.isOver) this.violations.push(`the lease of member ${member.id} ends twice`);
        link.isOver = true;
        member.link = undefined;
        member.leftover = member.socket === 'open' ? link.leaves : 'broken';
        return member.leftover;
      },
      reset: (wait) => this.#reset(member, wait),
    };
  }

  async check(member: FakeMember, wait: WaitOptions): Promise<void> {
    this.checks.push(member);
    this.#expectFree(member, 'checked');
    member.isBeingChecked = true;
    try {
      await this.onCheck(member, wait);
    } finally {
      member.isBeingChecked = false;
    }
  }

  async close(member: FakeMember): Promise<void> {
    if (member.socket === 'closing') this.violations.push(`member ${member.id} is closed twice`);
    if (member.socket !== 'open') return;
    member.socket = 'closing';
    await this.#timers.wait(this.closeMs());
    member.socket = 'closed';
  }

  get #left(): readonly FakeOpen[] {
    for (const open of this.#recent) if (open.isOver) this.#recent.delete(open);
    return [...this.#recent];
  }

  async #reset(member: FakeMember, wait: WaitOptions): Promise<boolean> {
    this.#expectFree(member, 'reset');
    member.isBeingReset = true;
    try {
      const isClean = await this.onReset(member, wait);
      if (isClean) member.leftover = 'clean';
      return isClean;
    } finally {
      member.isBeingReset = false;
    }
  }

  #expectFree(member: FakeMember, what: string): void {
    const { id, link, socket, isBeingChecked, isBeingReset } = member;
    if (link !== undefined) this.violations.push(`member ${id} is ${what} while it is lent`);
    if (isBeingChecked || isBeingReset) this.violations.push(`member ${id} is ${what} while it is asked`);
    if (socket !== 'open') this.violations.push(`member ${id} is ${what} while ${socket}`);
  }
}

/** Why a dial failed that may succeed later. */
export function connectFailed(why = 'connection refused'): HawserError {
  return new HawserError('CONNECT_FAILED', why, { outcome: 'not-sent' });
}

/** Why a dial failed that will fail again. */
export function refused(): HawserError {
  return new HawserError('HANDSHAKE_REFUSED', 'wrong password', { outcome: 'not-sent' });
}

/** What is not over, and what a pool must not have done. */
export function leftovers(clock: VirtualClock, source: FakeSource): string[] {
  return [
    ...source.violations,
    ...source.dialling.map(({ number }) => `dial ${number} is under way`),
    ...source.members.map(({ id, socket }) => `member ${id} is ${socket}`),
    ...(clock.pendingTimers === source.pendingTimers ? [] : clock.describeTimers()),
  ];
}
