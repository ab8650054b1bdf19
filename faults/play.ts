import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { History, LeakCheck } from 'hawser/testing';
import { Belongings } from './belongings.ts';
import { Callers, NOBODY } from './callers.ts';
import { closeDown } from './close-down.ts';
import { companyOf } from './company/company.ts';
import { brokenInvariants } from './invariants.ts';
import { withinMs } from './limits.ts';
import type { EarlyStage, Injected, PlayedFault, Row, RowResult, Stage } from './row.ts';
import { recovery } from './recovery.ts';
import { setStage, type Play } from './stage.ts';
import type { Access } from './subject.ts';
import type { Server } from './system.ts';
import { GRACE_MS } from './tempo.ts';
import { Watch } from './watch.ts';

/** Plays one row with one subject: once to its end, and once with `close()` in the midst of the fault. Never rejects. */
export async function playRow(row: Row, play: Play): Promise<RowResult> {
  try {
    const obstacle = await row.obstacle?.(play.subject);
    if (obstacle !== undefined) return { row: row.name, kind: 'not run', reason: obstacle };
  } catch (error) {
    return { row: row.name, kind: 'cut short', reason: notPlayed(error) };
  }
  const whole = await playToTheEnd(row, play);
  const closing = await playUntilClosed(row, play);
  const { confirmed, unknown, refused, failures, 'not-sent': notSent } = whole.history.summary();
  return {
    row: row.name,
    kind: 'played',
    broken: [...whole.broken, ...closing.broken.map((sentence) => `closed meanwhile: ${sentence}`)],
    givenUpAfterMs: whole.measured?.givenUpAfterMs,
    recoveredAfterMs: whole.measured?.recoveredAfterMs,
    dials: play.subject.countsDials ? whole.measured?.dials : undefined,
    calls: { confirmed, 'not-sent': notSent, refused, unknown },
    failures,
    company: whole.company,
    closedAfterMs: closing.measured,
  };
}

/** What came of one play: what did not hold, what was measured, and all calls. */
export interface Played<Measured> {
  readonly broken: readonly string[];
  readonly measured: Measured | undefined;
  /** What the company had. */
  readonly company?: string | undefined;
  readonly history: History;
}

/** Plays a row until everything is well again, and closes the client then. Never rejects. */
export function playToTheEnd(row: Row, play: Play): Promise<Played<PlayedFault>> {
  return onStage(row, play, playWhole);
}

/** P10 in the midst of each fault: `close()` ends by its deadline, every call settles, and nothing is left. Never rejects. */
export function playUntilClosed(row: Row, play: Play): Promise<Played<number>> {
  return onStage(row, play, playClosing);
}

/** Sets the stage, has the row played on it, and clears it away. */
async function onStage<Measured>(
  row: Row,
  play: Play,
  act: (row: Row, stage: EarlyStage, check: LeakCheck) => Promise<Omit<Played<Measured>, 'history'>>,
): Promise<Played<Measured>> {
  const history = new History({ outcomeOf: (error) => play.subject.outcomeOf(error) });
  try {
    await using belongings = new Belongings();
    const stage = await setStage(row, play, history, belongings);
    const check = belongings.keep(await LeakCheck.begin({ timers: true }));
    // What the row begins, its client first of all, has ended before anyone looks what is left.
    const own = belongings.keep(new Belongings());
    return { ...(await act(row, { ...stage, belongings: own }, check)), history };
  } catch (error) {
    return { broken: [notPlayed(error)], measured: undefined, history };
  }
}

async function playWhole(
  row: Row,
  early: EarlyStage,
  check: LeakCheck,
): Promise<Omit<Played<PlayedFault>, 'history'>> {
  const { stage, injected, watch } = await begin(row, early);
  const { tempo, callers, company } = stage;
  await wait(holdMsOf(row, early, injected));
  // Some faults wait for the bytes that they are to meet.
  if (row.connection === 'given up' && injected.end === undefined)
    await withinMs(watch.givenUp, tempo.patienceMs);
  await injected.end?.();
  const fault = await recovery(row, stage, watch);
  callers.stop();
  company?.stop();
  await withinMs(callers.ended, tempo.patienceMs);
  await withinMs(company?.settled() ?? Promise.resolve(), tempo.patienceMs);
  const besides = [
    ...provesNothing(row, stage, watch),
    ...((await row.expect?.(stage, fault)) ?? []),
    ...((await injected.expect?.()) ?? []),
  ];
  const oddBooks = await booksAtRest(stage);
  const lossesMs = [...stage.dials.lossesMs];
  const closed = await closeDown(stage, check);
  const broken = await brokenInvariants({ row, stage, fault, oddBooks, lossesMs, ...closed });
  return { broken: [...besides, ...broken], measured: fault, company: await company?.words() };
}

async function playClosing(
  row: Row,
  early: EarlyStage,
  check: LeakCheck,
): Promise<Omit<Played<number>, 'history'>> {
  const { stage, injected } = await begin(row, early);
  await wait(holdMsOf(row, early, injected) / 2);
  if (row.callers !== 'resting') await someCall(stage);
  const closed = await closeDown(stage, check, injected.end);
  const broken = await brokenInvariants({ row, stage, ...closed });
  return { broken, measured: closed.closing.afterMs };
}

/** Opens the client and brings the fault about, in the order that the row asks for. */
async function begin(
  row: Row,
  early: EarlyStage,
): Promise<{ readonly stage: Stage; readonly injected: Injected; readonly watch: Watch }> {
  if (row.callers === 'absent') {
    const injected = await inject(row, early);
    const stage = await open(row, early);
    return { stage, injected, watch: new Watch(stage) };
  }
  const stage = await open(row, early);
  const { tempo, callers, client, history, company } = stage;
  const served = callers.served();
  const beside = company?.served() ?? NOBODY;
  const isReady = await withinMs(Promise.all([client.ready(), served.all, beside.all]), tempo.patienceMs);
  if (!isReady.isInTime) {
    const besides = company === undefined ? '' : `, and ${beside.left} ${company.kind}`;
    throw new Error(`${served.left} callers${besides} were not served before the fault began.`);
  }
  await wait(tempo.beforeMs);
  if (row.callers === 'resting') {
    callers.rest();
    company?.rest();
    await until(
      () => history.summary().open === 0 && company?.isAtRest !== false,
      'Not every call has settled before the fault began.',
      stage,
    );
  } else {
    await someCall(stage);
  }
  const watch = new Watch(stage);
  return { stage, injected: await inject(row, stage), watch };
}

/** Brings the fault about. It is ended once, by the play or, where that fails, when the stage is cleared. */
async function inject(row: Row, stage: EarlyStage): Promise<Injected> {
  const { end, ...injected } = await row.inject(stage);
  if (end === undefined) return injected;
  let ended: unknown;
  const endOnce = (): unknown => (ended ??= Promise.resolve(end()));
  stage.belongings.atEnd(endOnce);
  return { ...injected, end: endOnce };
}

async function open(row: Row, early: EarlyStage): Promise<Stage> {
  const { subject, system, tempo, endpoints, history, random, belongings } = early;
  const access: Access = (await row.access?.(early)) ?? { endpoints };
  const client = subject.open(access);
  // What comes of its end has been judged by then, or something else has failed.
  belongings.atEnd(() =>
    withinMs(
      client.close(0).catch(() => {}),
      tempo.patienceMs,
    ),
  );
  const callers = new Callers({ subject, client, history, random, habit: row.habit ?? 'patient' });
  belongings.atEnd(() => callers.stop());
  const keeper = (): Server => early.keeper;
  const company = companyOf({ subject, client, system, tempo, random: random.fork(), keeper });
  if (company !== undefined) belongings.atEnd(() => company.stop());
  // `keeper` is changed by rows on the stage that they were given.
  return Object.assign(early, { client, callers, company });
}

/** What a client says of itself when nobody has asked for a moment: what it asks on its own account is answered by then. */
async function booksAtRest({ client }: Stage): Promise<readonly string[]> {
  const deadlineMs = performance.now() + GRACE_MS;
  let odd = client.oddBooks?.() ?? [];
  while (odd.length > 0 && performance.now() < deadlineMs) {
    await nextTurn();
    odd = client.oddBooks?.() ?? [];
  }
  return odd;
}

/** A row whose fault never strikes, or strikes elsewhere, would hold with any client. */
function provesNothing(row: Row, { subject, dials, tempo }: Stage, watch: Watch): readonly string[] {
  const hasShown = watch.hasShown(row.blockedMs?.(tempo) ?? Infinity);
  const reasons = [
    ...(hasShown || row.isUnnoticed === true ? [] : ['nothing shows that the fault struck']),
    ...(subject.countsDials && dials.count === 0 ? ['no attempt to connect was seen'] : []),
  ];
  return reasons.map((reason) => `the row proves nothing: ${reason}`);
}

/** Waits until a call is under way, or was made and has failed at once. */
function someCall(stage: Stage): Promise<void> {
  const { calls } = stage.history.summary();
  const isMade = (now = stage.history.summary()): boolean => now.open > 0 || now.calls > calls;
  return until(isMade, 'Nobody has asked anything.', stage);
}

/** Lets turns of the event loop pass until a condition holds, and throws this where it never does. */
async function until(holds: () => boolean, otherwise: string, { tempo }: Stage): Promise<void> {
  const deadlineMs = performance.now() + tempo.patienceMs;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(otherwise);
    await nextTurn();
  }
}

function holdMsOf(row: Row, { tempo, subject }: EarlyStage, { end }: Injected): number {
  return row.holdMs?.(tempo, subject) ?? (end === undefined ? 0 : tempo.holdMs);
}

function notPlayed(error: unknown): string {
  // What went wrong first, of several things.
  const first = error instanceof Error && 'suppressed' in error ? error.suppressed : error;
  return `the row could not be played: ${first instanceof Error ? first.stack : String(first)}`;
}
