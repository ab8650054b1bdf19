import type { SubjectAddress } from '../orders.ts';
import { KINDS } from './kinds/index.ts';
import type { FaultKind } from './fault-kind.ts';
import { SoakRun, type Progress, type SubjectReport } from './soak-run.ts';

/** What is to be soaked, and how. */
export interface SoakOptions {
  /** All at once, each in a process of its own. */
  readonly subjects: readonly SubjectAddress[];
  readonly minutes: number;
  /** For the schedule of the faults, and for what callers do. */
  readonly seed: number;
  /** Ends it early: what was checked until then is reported. */
  readonly signal?: AbortSignal;
  /** Told every few seconds how it goes. */
  readonly onProgress?: (progress: readonly Progress[]) => void;
  /** Default: all that there are. */
  readonly kinds?: readonly FaultKind[];
  /** How old a round of each subject becomes at least before it is checked, in milliseconds. Default: 2,500. */
  readonly roundMs?: number;
}

const MINUTE_MS = 60_000;
const PROGRESS_EVERY_MS = 5_000;
/** So long after its time it is ended by force. To take everything down takes some seconds more. */
const OVERTIME_MS = 50_000;

/** Puts subjects through random faults over random traffic for some minutes. Never rejects: what goes wrong is reported. */
export async function soak(options: SoakOptions): Promise<readonly SubjectReport[]> {
  const { subjects, minutes, seed, signal, onProgress, kinds = KINDS, roundMs = 2_500 } = options;
  const lastsMs = minutes * MINUTE_MS;
  const runs = subjects.map((subject) => new SoakRun({ subject, lastsMs, seed, kinds, roundMs }));
  const overtime = AbortSignal.timeout(lastsMs + OVERTIME_MS);
  const end = AbortSignal.any([overtime, ...(signal === undefined ? [] : [signal])]);
  const progress = setInterval(() => onProgress?.(runs.map((run) => run.progress())), PROGRESS_EVERY_MS);
  await Promise.all(runs.map((run) => run.run(end)));
  clearInterval(progress);
  const isOverdue = overtime.aborted && signal?.aborted !== true;
  return runs.map((run) => {
    const report = run.report();
    if (!isOverdue) return report;
    return {
      ...report,
      broken: [...report.broken, `it had to be ended ${OVERTIME_MS / 1_000} s behind its time`],
    };
  });
}
