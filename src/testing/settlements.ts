import { Sentences } from './sentences.ts';

/** When a call was made, and by when it has to settle. */
export interface CallTime {
  /** What and whose the call is, for people. */
  readonly whose: string;
  readonly madeAtMs: number;
  /** From the moment when it was made; undefined where it may take any time. */
  readonly timeoutMs: number | undefined;
}

/** What tells when something could run, that was due at an instant or up to so many milliseconds later. */
export type AfterJumps = (ms: number, withinMs: number) => number;

/** Deadlines are whole milliseconds, and are judged in a turn of their own. */
const JUDGED_WITHIN_MS = 2;

/** Late calls that are remembered: those that were latest. */
const LATE_MAX = 20;

/** Which calls have not settled, which settled twice, and which were late. */
export class Settlements {
  readonly #open = new Set<CallTime>();
  readonly #again = new Sentences();
  /** The latest first. */
  readonly #late: { readonly call: CallTime; readonly byMs: number }[] = [];
  readonly #afterJumps: AfterJumps;

  constructor(afterJumps: AfterJumps) {
    this.#afterJumps = afterJumps;
  }

  get open(): number {
    return this.#open.size;
  }

  begin(call: CallTime): void {
    this.#open.add(call);
  }

  /** Whether this is the first time that the call settles. */
  end(call: CallTime, nowMs: number): boolean {
    if (!this.#open.delete(call)) {
      this.#again.add(`${call.whose} settled more than once`);
      return false;
    }
    const byMs = this.#latenessMs(call, nowMs);
    if (byMs > (this.#late[LATE_MAX - 1]?.byMs ?? 0)) {
      this.#late.push({ call, byMs });
      this.#late.sort((one, other) => other.byMs - one.byMs);
      this.#late.length = Math.min(this.#late.length, LATE_MAX);
    }
    return true;
  }

  check(nowMs: number, graceMs: number): string[] {
    const hanging = new Sentences();
    for (const call of this.#open) {
      if (call.timeoutMs === undefined) hanging.add(`${call.whose} has not settled`);
      else if (this.#latenessMs(call, nowMs) > graceMs) {
        hanging.add(
          `${call.whose} has not settled ${round(this.#latenessMs(call, nowMs))} ms after its deadline`,
        );
      }
    }
    const late = this.#late.filter(({ byMs }) => byMs > graceMs);
    return [
      ...hanging.list,
      ...late.map(({ call, byMs }) => `${call.whose} settled ${round(byMs)} ms after its deadline`),
      ...this.#again.list,
    ];
  }

  #latenessMs({ madeAtMs, timeoutMs = Infinity }: CallTime, nowMs: number): number {
    const dueMs = this.#afterJumps(madeAtMs, 0) + timeoutMs;
    return nowMs - this.#afterJumps(dueMs, JUDGED_WITHIN_MS);
  }
}

function round(durationMs: number): number {
  return Math.round(durationMs * 10) / 10;
}
