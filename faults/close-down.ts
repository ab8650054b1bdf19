import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { LeakCheck } from 'hawser/testing';
import type { Aftermath, Closing } from './invariants.ts';
import { withinMs } from './limits.ts';
import type { Stage } from './row.ts';
import { Starvation } from './starved.ts';
import { GRACE_MS } from './tempo.ts';

const POLL_MS = 5;
/** The proxy's and the servers'; those of the client are counted by themselves. */
const OF_THE_STAGE = /^(?:TCP|pipes|child processes)/;

/**
 * Closes the client, and looks what it leaves behind.
 *
 * @param check begun before the client was opened
 * @param end ends the fault, where it has not ended yet
 */
export async function closeDown(
  stage: Stage,
  check: LeakCheck,
  end?: () => unknown,
): Promise<Pick<Aftermath, 'closing' | 'left'>> {
  const { callers, company, dials, history, tempo } = stage;
  const closing = await close(stage);
  const dialsBefore = dials.count;
  callers.stop();
  company?.stop();
  const ended = Promise.all([callers.ended, company?.ended]);
  await withinMs(ended, GRACE_MS);
  const calls = leftOver(history.summary().open, 'calls have not settled');
  const beside = company?.open ?? [];
  // What it begins to open now is known in the next turn.
  await nextTurn();
  await none(() => dials.open);
  const sockets = leftOver(dials.open, 'sockets are open');
  await withinMs(ended, tempo.patienceMs);
  await end?.();
  await stage.belongings[Symbol.asyncDispose]();
  const others = await othersLeft(check);
  const dialled = leftOver(dials.count - dialsBefore, 'attempts to connect were made when it was closed');
  return { closing, left: [...calls, ...beside, ...sockets, ...others, ...dialled] };
}

async function close({ client, tempo }: Stage): Promise<Closing> {
  const beganAt = performance.now();
  const starvation = new Starvation();
  const ending = client.close(tempo.closeMs).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  const closed = await withinMs(ending, tempo.closeMs + tempo.patienceMs);
  return closed.isInTime
    ? { afterMs: performance.now() - beganAt, starvedMs: starvation.ms, failure: closed.value }
    : { afterMs: undefined, starvedMs: 0, failure: undefined };
}

async function othersLeft(check: LeakCheck): Promise<readonly string[]> {
  let left: readonly string[] = [];
  await none(async () => {
    left = (await check.leftovers({ timeoutMs: 0 })).filter((sentence) => !OF_THE_STAGE.test(sentence));
    return left.length;
  });
  return left;
}

/** Waits until there are none, since things end in turns of their own. */
async function none(count: () => number | Promise<number>): Promise<void> {
  const deadlineMs = performance.now() + GRACE_MS;
  while ((await count()) > 0 && performance.now() < deadlineMs) await wait(POLL_MS);
}

function leftOver(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${what}`];
}
