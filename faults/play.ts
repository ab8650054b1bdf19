import { setTimeout as wait } from 'node:timers/promises';
import { History } from 'hawser/testing';
import { Belongings } from './belongings.ts';
import { Callers } from './callers.ts';
import { INVARIANTS, leftBehind } from './invariants.ts';
import { withinMs } from './limits.ts';
import type { EarlyStage, PlayedFault, Injected, Row, RowResult, Stage } from './row.ts';
import { setStage, type Play } from './stage.ts';
import type { Access, Client } from './subject.ts';
import { GRACE_MS } from './tempo.ts';

/** Plays one row with one subject: once to its end, and once with `close()` in the midst of the fault. Never rejects. */
export async function playRow(row: Row, play: Play): Promise<RowResult> {
  const obstacle = await row.obstacle?.(play.subject);
  if (obstacle !== undefined) return { row: row.name, kind: 'not run', reason: obstacle };
  const whole = await onStage(row, play, playWhole);
  const closing = await onStage(row, play, playClosing);
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
    closedAfterMs: closing.measured,
  };
}

/** What came of one play: what did not hold, and what was measured. */
interface Played<Measured> {
  readonly broken: readonly string[];
  readonly measured: Measured | undefined;
}

/** Sets the stage, has the row played on it, and clears it away. */
async function onStage<Measured>(
  row: Row,
  play: Play,
  act: (row: Row, stage: EarlyStage) => Promise<Played<Measured>>,
): Promise<Played<Measured> & { readonly history: History }> {
  const history = new History({ outcomeOf: (error) => play.subject.outcomeOf(error) });
  try {
    await using belongings = new Belongings();
    const stage = await setStage(row, play, history, belongings);
    return { ...(await act(row, stage)), history };
  } catch (error) {
    const sentence = `the row could not be played: ${error instanceof Error ? error.stack : String(error)}`;
    return { broken: [sentence], measured: undefined, history };
  }
}

async function playWhole(row: Row, early: EarlyStage): Promise<Played<PlayedFault>> {
  const { tempo, dials, history } = early;
  const { stage, injected, watch } = await begin(row, early);
  const { callers, client } = stage;
  await wait(holdMsOf(row, early, injected));
  // Some faults wait for the bytes that they are to meet.
  if (row.connection === 'given up' && injected.end === undefined)
    await withinMs(watch.givenUp, tempo.patienceMs);
  await injected.end?.();
  const endedAt = performance.now();
  callers.resume();
  const reply = await withinMs(callers.nextWrite(), tempo.patienceMs);
  const fault: PlayedFault = {
    givenUpAfterMs: watch.givenUpAfterMs,
    recoveredAfterMs: reply.isInTime ? performance.now() - endedAt : undefined,
    dials: dials.count - watch.dialsBefore,
    sockets: dials.mostOpen,
    failed: failedOf(history) - watch.failedBefore,
  };
  await wait(tempo.afterMs);
  callers.stop();
  await withinMs(callers.ended, tempo.patienceMs);
  const broken = [...((await row.expect?.(stage, fault)) ?? []), ...((await injected.expect?.()) ?? [])];
  for (const { name, broken: brokenBy } of INVARIANTS) {
    for (const sentence of await brokenBy(stage, row, fault)) broken.push(`${name}: ${sentence}`);
  }
  const { sentences } = await close(client, stage);
  return { broken: [...broken, ...sentences, ...(await leftBehind(stage))], measured: fault };
}

/** P10 in the midst of each fault: `close()` ends by its deadline, every call settles, and nothing is left. */
async function playClosing(row: Row, early: EarlyStage): Promise<Played<number>> {
  const { tempo } = early;
  const { stage, injected } = await begin(row, early);
  const { callers, client, history } = stage;
  await wait(holdMsOf(row, early, injected) / 2);
  const { sentences, tookMs } = await close(client, stage);
  callers.stop();
  const isOver = await withinMs(callers.ended, tempo.patienceMs);
  const broken = [
    ...sentences,
    ...(isOver.isInTime ? [] : ['callers wait though it was closed']),
    ...history.checkSettled({ graceMs: GRACE_MS + (row.blockedMs?.(tempo) ?? 0) }),
    ...history.checkOwnAnswers(),
    ...(await leftBehind(stage)),
  ];
  await injected.end?.();
  return { broken, measured: tookMs };
}

/** What is seen of a fault from outside, from its beginning on. */
interface Watch {
  readonly givenUp: Promise<void>;
  readonly givenUpAfterMs: number | undefined;
  readonly dialsBefore: number;
  readonly failedBefore: number;
}

/** Opens the client and brings the fault about, in the order that the row asks for. */
async function begin(
  row: Row,
  early: EarlyStage,
): Promise<{ readonly stage: Stage; readonly injected: Injected; readonly watch: Watch }> {
  if (row.callers === 'absent') {
    const injected = await row.inject(early);
    const stage = await open(row, early);
    return { stage, injected, watch: watchFrom(stage) };
  }
  const stage = await open(row, early);
  const { tempo, callers, client } = stage;
  const isReady = await withinMs(client.ready(), tempo.patienceMs);
  if (!isReady.isInTime) throw new Error('The client was not connected before the fault began.');
  await callers.nextWrite();
  await wait(tempo.beforeMs);
  if (row.callers === 'resting') {
    callers.rest();
    while (early.history.summary().open > 0) await wait(1);
  }
  const watch = watchFrom(stage);
  return { stage, injected: await row.inject(stage), watch };
}

async function open(row: Row, early: EarlyStage): Promise<Stage> {
  const { subject, endpoints, history, random, belongings } = early;
  const access: Access = (await row.access?.(early)) ?? { endpoints };
  const client = subject.open(access);
  belongings.atEnd(() => withinMs(client.close(0), early.tempo.patienceMs));
  const callers = new Callers({ subject, client, history, random, habit: row.habit ?? 'patient' });
  belongings.atEnd(() => callers.stop());
  // `keeper` is changed by rows on the stage that they were given.
  return Object.assign(early, { client, callers });
}

function watchFrom({ client, dials, history }: Stage): Watch {
  const beganAt = performance.now();
  let afterMs: number | undefined;
  const givenUp = new Promise<void>((resolve) => {
    const note = (): void => {
      afterMs ??= performance.now() - beganAt;
      resolve();
    };
    client.onConnected?.((isConnected) => {
      if (!isConnected) note();
    });
    dials.onDial(note);
  });
  return {
    givenUp,
    get givenUpAfterMs() {
      return afterMs;
    },
    dialsBefore: dials.count,
    failedBefore: failedOf(history),
  };
}

async function close(
  client: Client,
  { tempo }: EarlyStage,
): Promise<{ readonly sentences: string[]; readonly tookMs: number }> {
  const beganAt = performance.now();
  const closed = await withinMs(client.close(tempo.closeMs), tempo.closeMs + tempo.patienceMs);
  const tookMs = performance.now() - beganAt;
  if (!closed.isInTime) return { sentences: ['close() has not ended'], tookMs };
  const isLate = tookMs > tempo.closeMs + GRACE_MS;
  return { sentences: isLate ? [`close() took ${Math.round(tookMs)} ms of ${tempo.closeMs}`] : [], tookMs };
}

function holdMsOf(row: Row, { tempo, subject }: EarlyStage, { end }: Injected): number {
  return row.holdMs?.(tempo, subject) ?? (end === undefined ? 0 : tempo.holdMs);
}

function failedOf(history: History): number {
  const { unknown, refused, 'not-sent': notSent } = history.summary();
  return unknown + refused + notSent;
}
