import { setTimeout as wait } from 'node:timers/promises';
import { SeededRandom } from 'hawser/testing';
import type { End, FaultKind, SoakStage } from './fault-kind.ts';
import type { Bout, PlannedFault } from './schedule.ts';
import { RECOVERY_LIMIT_MS } from './tempo.ts';

/** What came of one fault. */
export interface PlayedFault {
  readonly kind: string;
  /** From its beginning until the client knew that it had lost its connection, or its server; undefined when it did not. */
  readonly foundAfterMs: number | undefined;
  /**
   * From the end of the last fault of the bout until a call was confirmed that was made after that; undefined when none was in
   * time.
   */
  readonly backAfterMs: number | undefined;
}

/**
 * Brings about the faults of a bout, waits until calls are answered again, and then for as long as the calm lasts. A signal
 * cuts all waits short; what was begun is ended nevertheless. Rejects with what a fault could not do, and when the
 * client's process has failed.
 */
export async function playBout(
  bout: Bout,
  kinds: readonly FaultKind[],
  stage: SoakStage,
  signal: AbortSignal,
): Promise<readonly PlayedFault[]> {
  const { worker, proxy } = stage;
  const lossesAtMs: number[] = [];
  const remove = worker.onNews((news) => {
    if (news.kind === 'connected' && !news.isConnected) lossesAtMs.push(performance.now());
  });
  try {
    const faults = await allOver(bout.faults.map((fault) => playFault(fault, kinds, stage, signal)));
    const backAfterMs = signal.aborted ? undefined : await worker.nextWrite(RECOVERY_LIMIT_MS);
    // Also those that were for good, for connections that are over.
    proxy.clear();
    await waitFor(bout.calmMs, signal);
    return faults.map(({ kind, beganAtMs }) => {
      const lostAtMs = lossesAtMs.find((atMs) => atMs >= beganAtMs);
      return { kind, foundAfterMs: lostAtMs === undefined ? undefined : lostAtMs - beganAtMs, backAfterMs };
    });
  } finally {
    remove();
  }
}

interface EndedFault {
  readonly kind: string;
  readonly beganAtMs: number;
}

async function playFault(
  { kind: name, afterMs, holdMs, seed }: PlannedFault,
  kinds: readonly FaultKind[],
  stage: SoakStage,
  signal: AbortSignal,
): Promise<EndedFault> {
  const kind = kinds.find((candidate) => candidate.name === name)!;
  await waitFor(afterMs, signal);
  const beganAtMs = performance.now();
  try {
    const end: End = await kind.begin(stage, new SeededRandom(seed), holdMs);
    await waitFor(holdMs - (performance.now() - beganAtMs), signal);
    await end?.();
  } catch (error) {
    throw new Error(`"${name}" could not be brought about: ${String(error)}`, { cause: error });
  }
  return { kind: name, beganAtMs };
}

/** Rejects as the first that does, but not before all of them have settled. */
async function allOver<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await wait(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}
