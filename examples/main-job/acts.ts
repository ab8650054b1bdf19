import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'hawser/redis';
import { inspectRedis, type History, type RedisServer } from 'hawser/testing';
import type { ConnectionLog } from './connection-log.ts';
import { count, failures, latency, type ActResult, type Display } from './display.ts';
import { Traffic } from './traffic.ts';

const CALLERS = 500;

/** Long enough for every act, and an end for one in which something hangs. */
const ACT_LIMIT_MS = 60_000;

/** What all acts share: one client, one history of its calls, one display. */
export interface Stage {
  readonly redis: Redis;
  readonly log: ConnectionLog;
  readonly history: History;
  /** The counters that are counted up. */
  readonly keys: readonly string[];
  readonly display: Display;
}

/** How a fault went: times are those of `performance.now()`. */
interface Fault {
  readonly startedAt: number;
  readonly detectedAt: number;
  readonly endedAt: number;
  readonly answeredAt: number;
}

/** Many callers share one connection, and nothing goes wrong. */
export function manyCallers(stage: Stage): Promise<ActResult> {
  return act(stage, `${CALLERS} callers, one connection`, async () => {
    await wait(6_000);
    return undefined;
  });
}

/** The server is killed in mid-traffic, stays away for two seconds and comes back with its data. */
export function killedServer(stage: Stage, server: RedisServer): Promise<ActResult> {
  return act(stage, 'kill -9 and restart', async (traffic) => {
    await wait(2_000);
    stage.display.event('kill -9 of the server');
    const detected = stage.log.whenLost();
    const startedAt = performance.now();
    await server.kill();
    const detectedAt = await detected;
    await wait(2_000);
    stage.display.event('the server is started again');
    const answered = traffic.nextReply();
    await server.restart();
    const endedAt = performance.now();
    const answeredAt = await answered;
    await wait(4_000);
    return { startedAt, detectedAt, endedAt, answeredAt };
  });
}

/** The server freezes: its sockets stay open and say nothing. */
export function frozenServer(stage: Stage, server: RedisServer): Promise<ActResult> {
  return act(stage, 'frozen for 5 s (SIGSTOP)', async (traffic) => {
    await wait(2_000);
    stage.display.event('SIGSTOP: the server is frozen, its sockets stay open');
    const detected = stage.log.whenLost();
    const startedAt = performance.now();
    server.pause();
    const thawed = wait(5_000);
    const detectedAt = await detected;
    await thawed;
    stage.display.event('SIGCONT: the server goes on');
    const answered = traffic.nextReply();
    const endedAt = performance.now();
    server.resume();
    const answeredAt = await answered;
    await wait(4_000);
    return { startedAt, detectedAt, endedAt, answeredAt };
  });
}

/** For a server that is not ours to kill: it is asked to hang up on this one client. */
export function cutConnection(stage: Stage, url: string): Promise<ActResult> {
  return act(stage, 'connection cut (CLIENT KILL)', async (traffic) => {
    await wait(2_000);
    const id = Number(await stage.redis.command(['CLIENT', 'ID']));
    stage.display.event(`CLIENT KILL ID ${id}: the server hangs up on us`);
    const detected = stage.log.whenLost();
    const startedAt = performance.now();
    await inspectRedis(url, ['CLIENT', 'KILL', 'ID', `${id}`]);
    const endedAt = performance.now();
    const detectedAt = await detected;
    const answeredAt = await traffic.nextReply();
    await wait(4_000);
    return { startedAt, detectedAt, endedAt, answeredAt };
  });
}

async function act(
  stage: Stage,
  title: string,
  play: (traffic: Traffic) => Promise<Fault | undefined>,
): Promise<ActResult> {
  stage.display.heading(title);
  const traffic = new Traffic(stage, CALLERS);
  const everySecond = setInterval(() => stage.display.live(describe(stage, traffic)), 1_000);
  const limit = new AbortController();
  const hanging = wait(ACT_LIMIT_MS, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`"${title}" has not ended after ${ACT_LIMIT_MS} ms`);
  });
  try {
    const played = play(traffic).finally(() => traffic.stop());
    const [fault] = await Promise.race([Promise.all([played, traffic.ended]), hanging]);
    return { title, counts: traffic.counts, ...(fault && timesOf(fault)) };
  } finally {
    traffic.stop();
    limit.abort();
    clearInterval(everySecond);
  }
}

function timesOf({ startedAt, detectedAt, endedAt, answeredAt }: Fault): Partial<ActResult> {
  return {
    detectedAfterMs: detectedAt - startedAt,
    // The first reply can be quicker than the word that the server is back.
    recoveredAfterMs: Math.max(0, answeredAt - endedAt),
  };
}

function describe({ redis, log }: Stage, traffic: Traffic): string {
  const recent = traffic.takeRecent();
  const { state, inFlight, waiting } = redis.explain();
  const failed = failures(recent);
  return [
    state.padEnd(11),
    `${count(recent.ok).padStart(8)} calls/s`,
    `p50 ${latency(recent, 50).padEnd(8)}`,
    `p99 ${latency(recent, 99).padEnd(8)}`,
    `in flight ${String(inFlight).padEnd(3)}`,
    `waiting ${String(waiting).padEnd(3)}`,
    `connections opened ${log.opened}`,
    ...(failed === '' ? [] : [`failed: ${failed}`]),
  ].join('  ');
}
