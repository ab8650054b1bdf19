import type { CounterKnowledge } from 'hawser/testing';
import type { Counts } from './counts.ts';

/** One act's row in the closing table. */
export interface ActResult {
  readonly title: string;
  readonly counts: Counts;
  /** From the fault to the moment when the client knew. `undefined` where there was no fault. */
  readonly detectedAfterMs?: number;
  /** From the end of the fault to the first call that was answered. */
  readonly recoveredAfterMs?: number;
}

const CLEAR_LINE = '\r\x1b[2K';

/** Lines for people. On a terminal the line of the moment is drawn anew each second, elsewhere it is one line more. */
export class Display {
  readonly #startedAt = performance.now();
  readonly #redraws: boolean = process.stdout.isTTY;

  heading(text: string): void {
    this.#print(`\n${text}\n`);
  }

  /** Something that happened, with its time. */
  event(text: string): void {
    this.#print(`${this.#time()}  * ${text}\n`);
  }

  /** How it goes at the moment. */
  live(text: string): void {
    const line = `${this.#time()}    ${text}`;
    // A line that wraps could not be drawn over.
    if (this.#redraws) process.stdout.write(CLEAR_LINE + line.slice(0, process.stdout.columns - 1));
    else this.#print(`${line}\n`);
  }

  table(rows: readonly (readonly string[])[]): void {
    const widths = (rows[0] ?? []).map((_, column) =>
      Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    );
    for (const row of rows) {
      const cells = row.map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      });
      this.#print(`  ${cells.join('   ')}\n`);
    }
  }

  #time(): string {
    return `${((performance.now() - this.#startedAt) / 1_000).toFixed(1).padStart(5)} s`;
  }

  #print(text: string): void {
    process.stdout.write((this.#redraws ? CLEAR_LINE : '') + text);
  }
}

/** `1234567` as `1,234,567`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** Milliseconds with the digits that matter. */
export function milliseconds(value: number | undefined): string {
  if (value === undefined) return '-';
  return `${value < 10 ? value.toFixed(1) : count(Math.round(value))} ms`;
}

/** A percentile of the latencies of these calls. */
export function latency(counts: Counts, percentile: number): string {
  return counts.latency.count === 0 ? '-' : milliseconds(counts.latency.percentile(percentile) / 1_000);
}

/** `500 CONNECTION_LOST, 20 NOT_CONNECTED`, or nothing. */
export function failures({ codes }: Counts): string {
  return [...codes].map(([code, times]) => `${count(times)} ${code}`).join(', ');
}

/** One counter: what its callers know of it beside what the server says. */
export interface Finding extends CounterKnowledge {
  readonly onServer: number;
  /** What does not add up, in sentences. */
  readonly wrong: readonly string[];
}

/** The closing table: a row per act. */
export function showActs(display: Display, acts: readonly ActResult[]): void {
  display.heading('The calls');
  display.table([
    ['', 'calls', 'ok', 'refused', 'not-sent', 'unknown', 'p50', 'p99', 'detected', 'recovered'],
    ...acts.map(({ title, counts, detectedAfterMs, recoveredAfterMs }) => [
      title,
      ...[
        counts.calls,
        counts.ok,
        counts.failed.refused,
        counts.failed['not-sent'],
        counts.failed.unknown,
      ].map(count),
      latency(counts, 50),
      latency(counts, 99),
      milliseconds(detectedAfterMs),
      milliseconds(recoveredAfterMs),
    ]),
  ]);
}

/** The books beside the server's counters: a row per counter. */
export function showLedger(display: Display, findings: readonly Finding[]): void {
  display.heading('The ledger: confirmed <= on the server <= confirmed + unknown');
  const total = (of: 'confirmed' | 'unknown' | 'onServer'): number =>
    findings.reduce((sum, finding) => sum + finding[of], 0);
  display.table([
    ['', 'confirmed', 'unknown', 'on the server', ''],
    ...findings.map(({ confirmed, unknown, onServer, wrong }, index) => [
      `counter ${index + 1}`,
      count(confirmed),
      count(unknown),
      count(onServer),
      wrong.length === 0 ? 'adds up' : 'DOES NOT ADD UP',
    ]),
    ['all', count(total('confirmed')), count(total('unknown')), count(total('onServer')), ''],
  ]);
}
