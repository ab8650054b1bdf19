import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Outcome } from 'hawser';

/** What became of the calls of one act. Each call is counted once, when it settles. */
export class Counts {
  calls = 0;
  readonly failed: Record<Outcome, number> = { 'not-sent': 0, refused: 0, unknown: 0 };
  /** Failed calls by the code of their error. */
  readonly codes = new Map<string, number>();
  /** In microseconds, of the calls that were answered. */
  readonly latency: RecordableHistogram = createHistogram();

  answered(latencyMs: number): void {
    this.calls++;
    this.latency.record(Math.max(1, Math.round(latencyMs * 1_000)));
  }

  failedWith(outcome: Outcome, code: string): void {
    this.calls++;
    this.failed[outcome]++;
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  get ok(): number {
    const { 'not-sent': notSent, refused, unknown } = this.failed;
    return this.calls - notSent - refused - unknown;
  }
}
