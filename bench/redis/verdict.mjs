import { barOf } from './cells.mjs';
import { medianOf, spreadOf } from './statistics.mjs';

/**
 * @typedef {object} Summary One client in one cell: medians of its rounds.
 * @property {string} client
 * @property {import('./clients.mjs').Client['role']} role
 * @property {import('./statistics.mjs').Spread} callsPerSecond
 * @property {import('./statistics.mjs').Spread} cpuUsPerCall
 * @property {number} serverCpuUsPerCall
 * @property {number | null} p50Ms
 * @property {number | null} p99Ms
 * @property {number} peakBytes
 * @property {number} wrong
 *
 * @typedef {object} Comparison Hawser beside the best peer, by ratios taken round by round.
 * @property {string} measure
 * @property {string} best The peer with the best median of the cell.
 * @property {import('./statistics.mjs').Spread} ratio
 * @property {number} againstBestOfRound Median ratio to whichever peer was best in each round: stricter, since chance picks it.
 * @property {string} bar Empty: there is none.
 * @property {boolean | null} reached
 */

const callsPerSecond = (round) => (round.calls / round.elapsedMs) * 1_000;
const cpuUsPerCall = (round) => round.cpuUs / round.calls;

/** @param {import('./driver.mjs').CellResult} result @param {import('./clients.mjs').Client[]} clients @returns {Summary[]} */
export function summarize({ rounds }, clients) {
  const measured = clients.filter((client) => rounds.get(client.name)?.length > 0);
  return measured.map(({ name, role }) => {
    const own = rounds.get(name);
    const latencies = (key) => (own[0][key] === null ? null : medianOf(own.map((round) => round[key])));
    return {
      client: name,
      role,
      callsPerSecond: spreadOf(own.map(callsPerSecond)),
      cpuUsPerCall: spreadOf(own.map(cpuUsPerCall)),
      serverCpuUsPerCall: medianOf(own.map((round) => round.serverCpuUs / round.calls)),
      p50Ms: latencies('p50Ms'),
      p99Ms: latencies('p99Ms'),
      peakBytes: Math.max(...own.map((round) => round.peakBytes)),
      wrong: own.reduce((sum, round) => sum + round.wrong, 0),
    };
  });
}

/** @param {import('./driver.mjs').CellResult} result @param {Summary[]} summaries @returns {Comparison[]} */
export function compare({ cell, rounds }, summaries, bar = barOf(cell)) {
  const peers = summaries.filter((summary) => summary.role === 'peer');
  const own = summaries.find((summary) => summary.role === 'hawser')?.client;
  if (peers.length === 0 || own === undefined) return [];
  const quicker = (a, b) => b.callsPerSecond.median - a.callsPerSecond.median;
  const throughput = ratios(own, rounds, peers.toSorted(quicker), callsPerSecond, Math.max);
  const leaner = (a, b) => a.cpuUsPerCall.median - b.cpuUsPerCall.median;
  const cpu = ratios(own, rounds, peers.toSorted(leaner), cpuUsPerCall, Math.min);
  return [
    { measure: 'calls/s', ...throughput, ...judgeThroughput(bar, throughput.ratio) },
    { measure: 'client CPU', ...cpu, ...judgeCpu(bar, cpu.ratio) },
  ];
}

function ratios(own, rounds, [best, ...others], measure, pick) {
  const hawser = rounds.get(own).map(measure);
  const byPeer = [best, ...others].map(({ client }) => rounds.get(client).map(measure));
  const bestOfRound = hawser.map((_, round) => pick(...byPeer.map((peer) => peer[round])));
  return {
    best: best.client,
    ratio: spreadOf(hawser.map((value, round) => value / byPeer[0][round])),
    againstBestOfRound: medianOf(hawser.map((value, round) => value / bestOfRound[round])),
  };
}

function judgeThroughput(bar, ratio) {
  if (bar?.noWorse) return { bar: 'no worse', reached: ratio.q3 >= 1 };
  if (bar?.throughput === undefined) return { bar: '', reached: null };
  return { bar: `>= ${bar.throughput.toFixed(1)}`, reached: ratio.median >= bar.throughput };
}

function judgeCpu(bar, ratio) {
  if (bar?.cpuNoWorse) return { bar: 'no worse', reached: ratio.q1 <= 1 };
  if (bar?.cpu === undefined) return { bar: '', reached: null };
  return { bar: `<= ${bar.cpu.toFixed(3)}`, reached: ratio.median <= bar.cpu };
}
