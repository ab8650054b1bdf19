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
  run: ({ roundMs }) => (cell.kind === 'burst' ? burst() : round(roundMs)),
  verify: () => workload.verify(),
  async weigh() {
    const calls = Array.from({ length: cell.callers }, (_, caller) => workload.call(caller));
    const weight = client.weigh();
    await Promise.all(calls);
    return weight;
  },
  async close() {
    await client.close();
    process.disconnect();
  },
};

process.on('message', ({ order, ...details }) => {
  orders[order](details).then(
    (result) => order !== 'close' && process.send({ result: result ?? null }),
    (error) => process.send({ failure: described(error), rejected: order === 'run' }),
  );
});
process.send({ result: null });

async function starting() {
  try {
    const { connect } = await import(modulePath);
    return await connect(url, JSON.parse(settings));
  } catch (error) {
    process.send({ failure: described(error), rejected: false });
    throw error;
  }
}

/** Some errors have neither a name of their own nor a message; the stack alone may begin with a place. */
function described(error) {
  return `${error?.constructor?.name}: ${error?.message}\n${error?.stack}`;
}

/** Every caller asks until the time is over; the round ends with the last answer. */
async function round(roundMs) {
  sampled = 0;
  const tally = { calls: 0, wrong: 0, over: false };
  const timer = setTimeout(() => (tally.over = true), roundMs);
  try {
    const callers = Array.from({ length: cell.callers }, (_, caller) => caller);
    const { cost } = await timed(() => Promise.all(callers.map((caller) => ask(caller, tally))));
    return measurement(tally.calls, tally.wrong, cost);
  } finally {
    tally.over = true;
    clearTimeout(timer);
  }
}

async function ask(caller, tally) {
  let untilSample = caller % cell.sampleEvery;
  while (!tally.over) {
    let reply;
    if (untilSample-- === 0) {
      untilSample = cell.sampleEvery - 1;
      const asked = performance.now();
      reply = await workload.call(caller);
      samples[sampled++ % samples.length] = performance.now() - asked;
    } else {
      reply = await workload.call(caller);
    }
    tally.calls++;
    if (!workload.check(reply, caller)) tally.wrong++;
  }
}

/** All calls are started in one tick. They are checked when the time has been taken. */
async function burst() {
  const { value: replies, cost } = await timed(() => {
    const pending = new Array(cell.callers);
    for (let caller = 0; caller < pending.length; caller++) pending[caller] = workload.call(caller);
    return Promise.all(pending);
  });
  const wrong = replies.filter((reply, caller) => !workload.check(reply, caller)).length;
  return measurement(replies.length, wrong, cost);
}

async function timed(work) {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  const value = await work();
  const elapsedMs = performance.now() - before;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { value, cost: { elapsedMs, cpuUs: user + system } };
}

/** @returns {import('./driver.mjs').Measurement} */
function measurement(calls, wrong, cost) {
  const latencies = samples.slice(0, Math.min(sampled, samples.length)).toSorted();
  return {
    calls,
    wrong,
    ...cost,
    p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? null,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? null,
    peakBytes: process.resourceUsage().maxRSS * 1_024,
  };
}
