// What Hawser holds while the server is down, and what is left of it afterwards. Needs --expose-gc.
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from '../../dist/redis/index.js';
import { findRedis, RedisServer } from '../../dist/testing/index.js';
import { table } from './report.mjs';

const CYCLES = 10;
const CALLERS = 250;
const DEFAULT_CAPS = { requests: 250_000, bytes: 64 * 2 ** 20 };

const quick = process.argv.includes('--quick');
const calls = quick ? 100_000 : 1_000_000;
/** How long the server is up, and then down, in a cycle. */
const phaseMs = quick ? 300 : 1_500;
const server = await RedisServer.start({ binary: await findRedis() });
try {
  console.log(
    `Memory of Hawser, Node.js ${process.version}, ${server.binary.kind} ${server.binary.version}\n`,
  );
  const flat = await outages(calls / CYCLES);
  await server.kill();
  const capped = await caps();
  process.exitCode = flat && capped ? 0 : 1;
} finally {
  await server.stop();
}

/** Half of the calls, and half of the time, fall into outages. The heap is looked at when the server is back. */
async function outages(callsPerCycle) {
  const redis = Redis.start(server.url, { whenDownWaitMs: 50 });
  await redis.ready();
  // V8 goes on compiling for some twenty cycles, and code lies in the heap.
  for (let number = 1; number <= 2 * CYCLES; number++) {
    await cycle(redis, callsPerCycle / 10, phaseMs / 10, emptyLedger());
  }
  const start = heapBytes();
  const ledger = emptyLedger();
  const rows = [['start', '', '', '', '', '', '', mebibytes(start)]];
  for (let number = 1; number <= CYCLES; number++) {
    const { upMs, downMs } = await cycle(redis, callsPerCycle, phaseMs, ledger);
    const counts = Object.values(ledger).map((count) => count.toLocaleString('en'));
    rows.push([String(number), upMs.toFixed(0), downMs.toFixed(0), ...counts, mebibytes(heapBytes())]);
  }
  await redis.close();
  const growth = heapBytes() - start;
  const settled = Object.values(ledger).reduce((sum, count) => sum + count);
  const flat = growth < settled;
  console.log(`== ${settled.toLocaleString('en')} calls, the server killed and restarted ${CYCLES} times`);
  console.log(table(['cycle', 'up ms', 'down ms', ...Object.keys(ledger), 'heap MiB'], rows));
  console.log(`Growth: ${growth.toLocaleString('en')} bytes; less than one per call: ${said(flat)}.`);
  console.log(`Every call settled once: ${said(settled === CYCLES * callsPerCycle)}.\n`);
  return flat && settled === CYCLES * callsPerCycle;
}

function emptyLedger() {
  return { ok: 0, 'not-sent': 0, refused: 0, unknown: 0 };
}

async function cycle(redis, callCount, lengthMs, ledger) {
  const begun = performance.now();
  await pacedTraffic(redis, callCount * 0.4, lengthMs, ledger);
  const interrupted = traffic(redis, callCount * 0.1, ledger);
  await server.kill();
  const killed = performance.now();
  await interrupted;
  await pacedTraffic(redis, callCount * 0.5, lengthMs, ledger);
  const downMs = performance.now() - killed;
  await server.restart();
  redis.retryNow();
  await redis.ready({ timeoutMs: 10_000 });
  return { upMs: killed - begun, downMs };
}

/** Calls in ten portions, spread over a time. */
async function pacedTraffic(redis, callCount, lengthMs, ledger) {
  const begun = performance.now();
  for (let portion = 1; portion <= 10; portion++) {
    await traffic(redis, callCount / 10, ledger);
    await wait(Math.max(0, begun + (lengthMs * portion) / 10 - performance.now()));
  }
}

/** Reads and writes in turn; each caller waits for its answer. What became of the calls is added to the ledger. */
async function traffic(redis, callCount, ledger) {
  let left = callCount;
  const caller = async (number) => {
    while (left > 0) {
      left--;
      const key = `caller:${number}`;
      const asked = left % 2 === 0 ? redis.get(key) : redis.set(key, `value ${left}`);
      ledger[
        await asked.then(
          () => 'ok',
          (error) => error.outcome,
        )
      ]++;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, number) => caller(number)));
}

/** More calls than may wait, made while the server is down. */
async function caps() {
  const results = [];
  for (const [bytes, count] of [
    [16, 300_000],
    [1_024, 100_000],
    [1_048_576, 100],
  ]) {
    results.push(await overload(bytes, count));
  }
  const { requests, bytes } = DEFAULT_CAPS;
  console.log(
    `== The server down, default caps: ${requests.toLocaleString('en')} requests, ${bytes / 2 ** 20} MiB`,
  );
  const head = ['value', 'calls', 'waiting', 'bytes MiB', 'OVERLOADED', 'heap MiB above', 'after close', ''];
  console.log(
    table(
      head,
      results.map((result) => result.row),
    ),
  );
  return results.every((result) => result.held);
}

async function overload(valueBytes, callCount) {
  const redis = Redis.start(server.url, { whenDownWaitMs: Infinity, timeoutMs: Infinity });
  const before = heapBytes();
  const codes = new Map();
  const settled = [];
  for (let number = 0; number < callCount; number++) {
    const value = Buffer.alloc(valueBytes, String(number)).toString('latin1');
    const count = ({ code }) => codes.set(code, (codes.get(code) ?? 0) + 1);
    settled.push(redis.set(`key:${number}`, value).then(() => count({ code: 'OK' }), count));
  }
  // Refusals come at once; a turn of the loop lets them be counted.
  await wait(0);
  const { waiting, pendingBytes } = redis.explain();
  const refused = codes.get('OVERLOADED') ?? 0;
  const above = heapBytes() - before;
  await redis.close({ timeoutMs: 0 });
  await Promise.all(settled);
  settled.length = 0;
  const after = heapBytes() - before;
  const held =
    waiting <= DEFAULT_CAPS.requests &&
    pendingBytes <= DEFAULT_CAPS.bytes &&
    refused > 0 &&
    waiting + refused === callCount &&
    (codes.get('CLOSED') ?? 0) === waiting;
  const counts = [callCount, waiting].map((number) => number.toLocaleString('en'));
  const row = [`${valueBytes} B`, ...counts, mebibytes(pendingBytes), refused.toLocaleString('en')];
  return { held, row: [...row, mebibytes(above), mebibytes(after), held ? 'held' : 'BROKEN'] };
}

/** What is alive, buffers outside the heap included. */
function heapBytes() {
  // The second collection takes what the first one's finalizers let go.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(2);
}

function said(truth) {
  return truth ? 'yes' : 'NO';
}
