// One client in a process of its own. It does what the driver says, one thing at a time, and is idle in between.
import { createWorkload } from './workloads.mjs';

const [, , modulePath, settings, url, cellText] = process.argv;
const cell = JSON.parse(cellText);

/** Latest times of calls, in milliseconds. */
const samples = new Float64Array(65_536);
let sampled = 0;

const client = await starting();
const workload = createWorkload(client, cell);

const orders = {
  prepare: () => workload.prepare(),
  run: ({ roundMs }) => (cell.kind === 'burst' ? measure(burst) : measure(() => callers(roundMs))),
  verify: () => workload.verify(),
  async close() {
    await client.close();
    process.disconnect();
  },
};

process.on('message', ({ order, ...details }) => {
  orders[order](details).then(
    (result) => order !== 'close' && process.send({ result: result ?? null }),
    (error) => process.send({ failure: described(error) }),
  );
});
process.send({ result: null });

/** The stack alone would begin with the place, for a module that does not load. */
function described(error) {
  return `${error}\n${error?.stack}`;
}

async function starting() {
  try {
    const { connect } = await import(modulePath);
    return await connect(url, JSON.parse(settings));
  } catch (error) {
    process.send({ failure: described(error) });
    throw error;
  }
}

/** @returns {Promise<import('./driver.mjs').Measurement>} */
async function measure(load) {
  sampled = 0;
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  const {
    calls,
    elapsedMs = performance.now() - before,
    cpu = process.cpuUsage(cpuBefore),
    wrong,
  } = await load();
  const latencies = samples.slice(0, Math.min(sampled, samples.length)).toSorted();
  return {
    calls,
    elapsedMs,
    cpuUs: cpu.user + cpu.system,
    p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? null,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? null,
    wrong,
    peakBytes: process.resourceUsage().maxRSS * 1_024,
  };
}

/** Every caller asks until the time is over; the round ends with the last answer. */
async function callers(roundMs) {
  let calls = 0;
  let wrong = 0;
  const round = { over: false };
  const timer = setTimeout(() => (round.over = true), roundMs);
  const ask = async (caller) => {
    let untilSample = caller % cell.sampleEvery;
    while (!round.over) {
      let reply;
      if (untilSample-- === 0) {
        untilSample = cell.sampleEvery - 1;
        const asked = performance.now();
        reply = await workload.call(caller);
        samples[sampled++ % samples.length] = performance.now() - asked;
      } else {
        reply = await workload.call(caller);
      }
      calls++;
      if (!workload.check(reply, caller)) wrong++;
    }
  };
  try {
    await Promise.all(Array.from({ length: cell.callers }, (_, caller) => ask(caller)));
  } finally {
    round.over = true;
    clearTimeout(timer);
  }
  return { calls, wrong };
}

/** All calls are started in one tick. They are checked when the time has been taken. */
async function burst() {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  const pending = new Array(cell.callers);
  for (let caller = 0; caller < pending.length; caller++) pending[caller] = workload.call(caller);
  const replies = await Promise.all(pending);
  const elapsedMs = performance.now() - before;
  const cpu = process.cpuUsage(cpuBefore);
  const wrong = replies.filter((reply, caller) => !workload.check(reply, caller)).length;
  return { calls: replies.length, elapsedMs, cpu, wrong };
}
