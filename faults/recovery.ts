import { setTimeout as wait } from 'node:timers/promises';
import { NOBODY } from './callers.ts';
import { withinMs } from './limits.ts';
import type { PlayedFault, Row, Stage } from './row.ts';
import { Starvation } from './starved.ts';
import type { Watch } from './watch.ts';

/** Waits until everyone is served again, the fault having ended, and looks whether they still are a while later. */
export async function recovery(
  row: Row,
  { callers, company, tempo }: Stage,
  watch: Watch,
): Promise<PlayedFault> {
  const endedAt = performance.now();
  const starvation = new Starvation();
  const limitMs = tempo.patienceMs + (row.recoveryMs?.(tempo) ?? 0);
  const afterMs = (isInTime: boolean): number | undefined =>
    isInTime ? performance.now() - endedAt : undefined;
  const served = callers.served();
  const beside = company?.served() ?? NOBODY;
  const first = callers.nextWrite();
  callers.resume();
  company?.resume();
  const back = await withinMs(first, limitMs);
  const recoveredAfterMs = afterMs(back.isInTime);
  const { totals, sinceBegunMs } = watch;
  const waitedMs = back.isInTime ? limitMs : 0;
  const [servedAfterMs, besideAfterMs] = await Promise.all(
    [served, beside].map(async ({ all }) => afterMs((await withinMs(all, waitedMs)).isInTime)),
  );
  const overAtMs = performance.now();
  const starved = { findingMs: watch.starvedMs, recoveringMs: starvation.ms };
  await wait(tempo.afterMs);
  const servedLater = callers.served();
  const besideLater = company?.served() ?? NOBODY;
  await Promise.all([
    withinMs(servedLater.all, servedAfterMs === undefined ? 0 : tempo.patienceMs),
    withinMs(besideLater.all, besideAfterMs === undefined ? 0 : tempo.patienceMs),
  ]);
  return {
    givenUpAfterMs: watch.givenUpAfterMs,
    recoveredAfterMs,
    servedAfterMs,
    unserved: served.left,
    unservedLater: servedLater.left,
    company: company && {
      servedAfterMs: besideAfterMs,
      unserved: beside.left,
      unservedLater: besideLater.left,
    },
    beganAtMs: watch.beganAtMs,
    overAtMs,
    starved,
    lastedMs: sinceBegunMs,
    ...totals,
  };
}
