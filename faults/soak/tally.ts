import type { HistorySummary } from 'hawser/testing';
import type { PlayedFault } from './bout.ts';
import type { RoundReport } from './orders.ts';
import type { Beat } from './pulse.ts';

/** What is known of one kind of fault. */
export interface FaultTally {
  readonly kind: string;
  readonly times: number;
  /** Times after which calls were answered again, and all books were right. */
  readonly survived: number;
  /** By how many of them a connection was lost, or a server; not every fault is noticed. */
  readonly found: Durations;
  readonly back: Durations;
}

/** What was measured several times; without figures where it never was. */
export interface Durations {
  readonly count: number;
  readonly medianMs: number | undefined;
  readonly worstMs: number | undefined;
}

/** All calls, by what their callers were told. */
export type CallTally = Pick<HistorySummary, 'confirmed' | 'not-sent' | 'refused' | 'unknown' | 'failures'>;

/** All that has been counted so far. */
export interface Totals {
  readonly faults: readonly FaultTally[];
  readonly rounds: number;
  /** Rounds in which all held. */
  readonly roundsHeld: number;
  /** Entries that the server had, all of which were held against what callers knew. */
  readonly entries: number;
  readonly calls: CallTally;
  /** The most that there was at once: sockets, timers, and what the client says of itself. */
  readonly most: Readonly<Record<string, number>>;
}

/** Adds up what comes of the rounds of a soak. What it keeps grows with the faults, not with the calls. */
export class Tally {
  readonly #faults = new Map<string, { survived: number; readonly played: PlayedFault[] }>();
  readonly #calls = { confirmed: 0, 'not-sent': 0, refused: 0, unknown: 0 };
  readonly #failures = new Map<string, number>();
  readonly #most = new Map<string, number>();
  #rounds = 0;
  #roundsHeld = 0;
  #entries = 0;

  addRound({ calls, broken }: RoundReport, faults: readonly PlayedFault[], entries: number): void {
    const isHeld = broken.length === 0;
    this.#rounds += 1;
    this.#roundsHeld += isHeld ? 1 : 0;
    this.#entries += entries;
    this.addFaults(faults, isHeld);
    for (const ending of ['confirmed', 'not-sent', 'refused', 'unknown'] as const) {
      this.#calls[ending] += calls[ending];
    }
    for (const [kind, count] of Object.entries(calls.failures)) {
      this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + count);
    }
  }

  addFaults(faults: readonly PlayedFault[], isHeld: boolean): void {
    for (const fault of faults) {
      const known = this.#faults.get(fault.kind) ?? { survived: 0, played: [] };
      known.played.push(fault);
      known.survived += isHeld && fault.backAfterMs !== undefined ? 1 : 0;
      this.#faults.set(fault.kind, known);
    }
  }

  addBeat({ counts, timers, sockets }: Beat): void {
    for (const [what, count] of Object.entries({ sockets, timers, ...counts })) {
      this.#most.set(what, Math.max(this.#most.get(what) ?? 0, count));
    }
  }

  totals(): Totals {
    return {
      faults: [...this.#faults]
        .map(([kind, { survived, played }]) => ({
          kind,
          times: played.length,
          survived,
          found: durationsOf(played.map(({ foundAfterMs }) => foundAfterMs)),
          back: durationsOf(played.map(({ backAfterMs }) => backAfterMs)),
        }))
        .toSorted((one, other) => one.kind.localeCompare(other.kind)),
      rounds: this.#rounds,
      roundsHeld: this.#roundsHeld,
      entries: this.#entries,
      calls: { ...this.#calls, failures: Object.fromEntries(this.#failures) },
      most: Object.fromEntries(this.#most),
    };
  }
}

function durationsOf(measured: readonly (number | undefined)[]): Durations {
  const sorted = measured.filter((ms) => ms !== undefined).toSorted((one, other) => one - other);
  return { count: sorted.length, medianMs: sorted[sorted.length >> 1], worstMs: sorted.at(-1) };
}
