import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { SeededRandom } from 'hawser/testing';
import { callLimitsOf } from './call-limits.ts';
import { work, type Turn } from './works.ts';

const CALLERS = 24;
const PAUSE_MS = [1, 15] as const;
/** Of pauses that take some time; the others only change from where the next call is made. */
const LONG_PAUSES = 0.7;

/** What callers work with. */
export interface TrafficGround extends Omit<Turn, 'caller' | 'id' | 'limits' | 'callMs'> {
  /** By when a call settles that has no limit of its own. */
  readonly timeoutMs: number;
  /** Given to many calls, and never fired. */
  readonly lasting: AbortSignal;
}

/** Callers that do one thing after the other, each what chance says. */
export class Traffic {
  /** Settles when all callers have finished what they were at, once {@link Traffic.stop} was called. */
  readonly ended: Promise<unknown>;
  readonly #ground: TrafficGround;
  readonly #writeListeners = new Set<(askedAtMs: number) => void>();
  #phase: 'asking' | 'over' = 'asking';

  constructor(ground: TrafficGround) {
    this.#ground = ground;
    this.ended = Promise.all(
      Array.from({ length: CALLERS }, (_, caller) => this.#run(`${caller}`, ground.random.fork())),
    );
  }

  stop(): void {
    this.#phase = 'over';
  }

  /** Resolves when something was written and confirmed that was asked for later than now. */
  nextWrite(): Promise<void> {
    const sinceMs = performance.now();
    return new Promise((resolve) => {
      const listener = (askedAtMs: number): void => {
        if (askedAtMs < sinceMs) return;
        this.#writeListeners.delete(listener);
        resolve();
      };
      this.#writeListeners.add(listener);
    });
  }

  async #run(caller: string, random: SeededRandom): Promise<void> {
    const { timeoutMs, lasting, ...ground } = this.#ground;
    for (let number = 0; this.#phase === 'asking'; number += 1) {
      const limits = callLimitsOf(random, lasting);
      const callMs = limits.timeoutMs ?? timeoutMs;
      const askedAtMs = performance.now();
      const hasWritten = await work({ ...ground, random, caller, id: `${caller}-${number}`, limits, callMs });
      if (hasWritten) for (const tell of this.#writeListeners) tell(askedAtMs);
      await pause(random);
    }
  }
}

/** The next call is made from wherever programs make theirs: a timer, a check, the end of a phase, or behind a reply. */
function pause(random: SeededRandom): Promise<unknown> {
  if (random.chance(LONG_PAUSES)) return wait(random.integer(...PAUSE_MS));
  switch (random.pick(['check', 'tick', 'microtask'] as const)) {
    case 'check':
      return nextTurn();
    case 'tick':
      return new Promise<void>((resolve) => process.nextTick(resolve));
    case 'microtask':
      return Promise.resolve();
  }
}
