// Many callers count up a few counters over one connection, while the server is killed, restarted and frozen. In
// the end the books of the callers must agree with the counters on the server, and the exit code says whether they do.
//
// REDIS_URL names a server to use instead of one of our own. It is neither killed nor frozen.

import { randomUUID } from 'node:crypto';
import { Redis } from 'hawser/redis';
import { findRedis, History, inspectRedis, RedisServer } from 'hawser/testing';
import { cutConnection, frozenServer, killedServer, manyCallers, type Stage } from './acts.ts';
import { ConnectionLog } from './connection-log.ts';
import { count, Display, showActs, showLedger, type ActResult, type Finding } from './display.ts';

const COUNTERS = 5;

const display = new Display();
try {
  const url = process.env['REDIS_URL'];
  process.exitCode = (await (url ? onServerOfOthers(url) : onServerOfOurOwn())) ? 0 : 1;
} catch (error) {
  display.heading(`The main job failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function onServerOfOurOwn(): Promise<boolean> {
  const binary = await findRedis({ report: (sentence) => display.event(sentence) });
  // Append-only: a kill must not make the server forget what it has confirmed, or nothing could be counted.
  await using server = await RedisServer.start({ binary, appendOnly: true });
  display.event(`${binary.kind} ${binary.version} listens on port ${server.port}`);
  return await playAndAudit(server.url, async (stage) => [
    await manyCallers(stage),
    await killedServer(stage, server),
    await frozenServer(stage, server),
  ]);
}

async function onServerOfOthers(url: string): Promise<boolean> {
  display.event(
    'REDIS_URL is set: that server is not killed and not frozen; only our own connection is cut.',
  );
  return playAndAudit(url, async (stage) => [await manyCallers(stage), await cutConnection(stage, url)]);
}

async function playAndAudit(
  url: string,
  play: (stage: Stage) => Promise<readonly ActResult[]>,
): Promise<boolean> {
  const run = randomUUID();
  const keys = Array.from({ length: COUNTERS }, (_, index) => `hawser:main-job:${run}:${index}`);
  const history = new History();
  const redis = await Redis.connect(url);
  const log = new ConnectionLog(redis, display);
  try {
    const acts = await play({ redis, log, history, keys, display });
    await redis.close({ timeoutMs: 1_000 });
    showActs(display, acts);
    return await audit(url, history, keys);
  } finally {
    await redis.close({ timeoutMs: 1_000 });
    await inspectRedis(url, ['DEL', ...keys]);
  }
}

/** Reads the counters over a socket that has nothing to do with the client, and holds the history against them. */
async function audit(url: string, history: History, keys: readonly string[]): Promise<boolean> {
  const findings: Finding[] = [];
  for (const key of keys) {
    const onServer = Number(await inspectRedis(url, ['GET', key]));
    findings.push({ ...history.counter(key), onServer, wrong: history.checkCounter(key, onServer) });
  }
  showLedger(display, findings);
  const happened = findings.reduce((sum, { onServer, confirmed }) => sum + onServer - confirmed, 0);
  const doubtful = findings.reduce((sum, { unknown }) => sum + unknown, 0);
  display.heading(`Of ${count(doubtful)} calls whose outcome was unknown, ${count(happened)} had happened.`);
  const wrong = findings.flatMap((finding) => finding.wrong);
  for (const sentence of wrong) display.heading(sentence);
  const addsUp = wrong.length === 0;
  display.heading(addsUp ? 'The ledger adds up.' : 'THE LEDGER DOES NOT ADD UP.');
  return addsUp;
}
