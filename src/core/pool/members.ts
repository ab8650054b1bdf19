import type { Lease, Lender } from './lease.ts';
import type { Place } from './place.ts';
import type { Loan } from './pool-source.ts';

/** Why a member was closed. */
export type CloseReason =
  | 'lost'
  | 'broken'
  | 'dirty'
  | 'check-failed'
  | 'condemned'
  | 'lifetime'
  | 'idle'
  | 'invalidated'
  | 'closed';

/** Where an open member is. Only {@link Members} changes it. */
export type MemberState<L> =
  | { readonly name: 'idle'; readonly since: number }
  /** It is asked whether it is still good. */
  | { readonly name: 'checking'; readonly abort: AbortController }
  | Leased<L>
  /** It was returned dirty and is being cleaned. */
  | { readonly name: 'resetting'; readonly abort: AbortController }
  /** Its socket is not closed yet, and counts. */
  | { readonly name: 'closing' }
  | { readonly name: 'gone' };

export interface Leased<L> {
  readonly name: 'leased';
  /** `undefined` while its source makes the loan. */
  lease: Lease<L> | undefined;
  /** In the clock's milliseconds. */
  readonly takenAt: number;
  /** Where it was taken; `undefined` when nobody wants to know. */
  readonly place: Place | undefined;
  /** It has been held for too long, and somebody was told. */
  isReported: boolean;
}

/** Who is told of what the holder of a lease does. */
export interface MemberOwner<M, L> {
  returned(member: Member<M, L>, leased: Leased<L>, loan: Loan<L>): void;
}

/** One of a pool's open ones. */
export class Member<M, L> implements Lender<L> {
  readonly resource: M;
  /** How often the pool had been invalidated when it was opened. */
  readonly generation: number;
  /** When it has reached its age, in the clock's milliseconds. */
  readonly endsAt: number;
  readonly #owner: MemberOwner<M, L>;
  state: MemberState<L> = { name: 'idle', since: 0 };
  /** It is to be closed instead of lent again. */
  verdict: { readonly reason: CloseReason; readonly cause: Error | undefined } | undefined = undefined;

  constructor(resource: M, generation: number, endsAt: number, owner: MemberOwner<M, L>) {
    this.resource = resource;
    this.generation = generation;
    this.endsAt = endsAt;
    this.#owner = owner;
  }

  returned(loan: Loan<L>): void {
    if (this.state.name === 'leased') this.#owner.returned(this, this.state, loan);
  }

  condemned(reason: string): void {
    this.verdict ??= { reason: 'condemned', cause: new Error(reason) };
  }
}

/** How many members are in each state. */
export type MemberCounts = Readonly<Record<Exclude<MemberState<unknown>['name'], 'gone'>, number>>;

/** The open members of a pool, and the order in which the idle ones are lent. No I/O and no clock. */
export class Members<M, L> {
  readonly #all = new Set<Member<M, L>>();
  /** By the time of their return, longest idle first. */
  readonly #idle: Member<M, L>[] = [];
  readonly #order: 'lifo' | 'fifo';
  readonly #counts = { idle: 0, checking: 0, leased: 0, resetting: 0, closing: 0 };

  constructor(order: 'lifo' | 'fifo') {
    this.#order = order;
  }

  /** All that have a socket, the closing ones too. */
  get size(): number {
    return this.#all.size;
  }

  get counts(): MemberCounts {
    return this.#counts;
  }

  /** Those that are not being closed. */
  get kept(): number {
    return this.#all.size - this.#counts.closing;
  }

  /** Checked out, or not yet clean again. */
  get used(): number {
    return this.#counts.leased + this.#counts.resetting;
  }

  /** Whether any is neither lost nor being closed. */
  get anyLiving(): boolean {
    for (const { state, verdict } of this.#all) {
      if (state.name !== 'closing' && verdict?.reason !== 'lost') return true;
    }
    return false;
  }

  [Symbol.iterator](): Iterator<Member<M, L>> {
    return this.#all.values();
  }

  /** The idle one that is to be lent next. */
  get nextIdle(): Member<M, L> | undefined {
    return this.#order === 'lifo' ? this.#idle.at(-1) : this.#idle[0];
  }

  /** The idle ones, longest idle first. */
  get idle(): readonly Member<M, L>[] {
    return this.#idle;
  }

  add(member: Member<M, L>, state: MemberState<L>): void {
    this.#all.add(member);
    this.#arrive(member, state);
  }

  /** The one place where the state of a member changes. */
  move(member: Member<M, L>, state: MemberState<L>): void {
    const from = member.state.name;
    if (from === 'idle') this.#leaveIdle(member);
    if (from !== 'gone') this.#counts[from] -= 1;
    this.#arrive(member, state);
  }

  #arrive(member: Member<M, L>, state: MemberState<L>): void {
    member.state = state;
    if (state.name === 'gone') {
      this.#all.delete(member);
      return;
    }
    this.#counts[state.name] += 1;
    if (state.name === 'idle') this.#idle.push(member);
  }

  #leaveIdle(member: Member<M, L>): void {
    if (this.#idle.at(-1) === member) this.#idle.pop();
    else this.#idle.splice(this.#idle.indexOf(member), 1);
  }
}
