import { Judge } from '../judge.ts';
import type { Clock } from '../machine/index.ts';
import type { Leased, Member } from './members.ts';
import { describePlace } from './place.ts';
import type { PoolLeak } from './pool-channels.ts';
import type { ResolvedPoolOptions } from './pool-options.ts';
import type { Stock } from './stock.ts';

/**
 * Looks after what lies still: closes idle members that are too old or not needed any more, and reports leases that are
 * held for too long. One timer for all of either, set for the first that can be due and not anew for each.
 */
export class Keeper<M, L> {
  readonly #clock: Clock;
  readonly #options: ResolvedPoolOptions;
  readonly #stock: Stock<M, L>;
  readonly #leaked: (leak: PoolLeak) => void;
  readonly #idle: Judge;
  readonly #leak: Judge;

  constructor(
    clock: Clock,
    options: ResolvedPoolOptions,
    stock: Stock<M, L>,
    leaked: (leak: PoolLeak) => void,
  ) {
    this.#clock = clock;
    this.#options = options;
    this.#stock = stock;
    this.#leaked = leaked;
    this.#idle = new Judge(clock, () => this.#closeIdle());
    this.#leak = new Judge(clock, () => this.#findLeaks());
  }

  /** A member has become idle. */
  kept(member: Member<M, L>, now: number): void {
    const dueAt = Math.min(member.endsAt, now + this.#options.idleTimeoutMs);
    if (dueAt < this.#idle.at) this.#idle.set(dueAt);
  }

  /** A member was leased. */
  leased(now: number): void {
    const dueAt = now + this.#options.leakAfterMs;
    if (dueAt < this.#leak.at) this.#leak.set(dueAt);
  }

  stop(): void {
    this.#idle.clear();
    this.#leak.clear();
  }

  #closeIdle(): void {
    const { idleTimeoutMs, min } = this.#options;
    const { members } = this.#stock;
    const now = this.#clock.now();
    const due: { readonly member: Member<M, L>; readonly reason: 'lifetime' | 'idle' }[] = [];
    let next = Infinity;
    for (const member of members.idle) {
      if (member.state.name !== 'idle') continue;
      const idleUntil = member.state.since + idleTimeoutMs;
      if (now >= member.endsAt) due.push({ member, reason: 'lifetime' });
      else if (members.kept - due.length > min && now >= idleUntil) due.push({ member, reason: 'idle' });
      else next = Math.min(next, member.endsAt, now < idleUntil ? idleUntil : Infinity);
    }
    // First, for what is called then may lend and return others.
    this.#idle.set(next);
    for (const { member, reason } of due) {
      if (member.state.name === 'idle') this.#stock.close(member, reason);
    }
  }

  #findLeaks(): void {
    const { leakAfterMs, name } = this.#options;
    const now = this.#clock.now();
    const due: Leased<L>[] = [];
    let next = Infinity;
    for (const { state } of this.#stock.members) {
      if (state.name !== 'leased' || state.isReported) continue;
      const dueAt = state.takenAt + leakAfterMs;
      if (dueAt > now) next = Math.min(next, dueAt);
      else due.push(state);
    }
    // First, for who is told may take and release others.
    this.#leak.set(next);
    for (const leased of due) this.#report(leased, now, name);
  }

  #report(leased: Leased<L>, now: number, pool: string): void {
    leased.isReported = true;
    const stack = leased.place === undefined ? '' : describePlace(leased.place);
    this.#leaked({ pool, heldForMs: Math.round(now - leased.takenAt), stack });
  }
}
