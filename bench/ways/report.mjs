import { versionOf } from '../redis/clients.mjs';
import {
  comparisonTable,
  count,
  describePlace,
  digits,
  failuresText,
  placeText,
  table,
} from '../redis/report.mjs';

/** What a reader needs to know about a run. @param {import('./options.mjs').Options} options */
export function describeRun({ cells, clients, rounds, roundMs, quick }, server, copied) {
  return {
    ...describePlace(server),
    ways: clients.map((way) => ({
      name: way.name,
      label: way.label,
      role: way.role,
      package: way.package,
      version: way.package === null ? null : versionOf(way),
      encodes: way.encodes,
      decodes: way.decodes,
      copiedBytesPerCall: copied[way.name],
    })),
    rounds,
    roundMs,
    quick,
    cells: cells.map(({ name }) => name),
  };
}

/** @param {ReturnType<typeof describeRun>} run */
export function headerText(run) {
  const head = ['way', 'what it is', 'of', 'encodes', 'decodes', 'bytes copied'];
  const rows = run.ways.map((way) => [
    way.name,
    way.label,
    way.package === null ? '' : `${way.package} ${way.version}`,
    way.encodes,
    way.decodes,
    digits(way.copiedBytesPerCall),
  ]);
  return [
    `The ways to share connections, ${run.date}`,
    `${placeText(run)}.`,
    `${run.rounds} paired rounds of ${run.roundMs} ms per cell. One process per way, one active at a time, in another order each round; every`,
    `reply is checked. Client and server share the ${run.machine.cores} cores. Bytes copied: per GET of 16 B, see bench/README.md.`,
    '',
    table(head, rows),
  ].join('\n');
}

/** One table of {@link import('./bench.mjs').benchWays}. */
export function cellText({ cell, title, summaries, failures }) {
  const head = [
    'way',
    'calls/s',
    'spread',
    'p50 ms',
    'p99 ms',
    'CPU us',
    'server us',
    'sockets',
    'opened',
    'peak MiB',
    'heap MiB',
    '',
  ];
  const rows = summaries.map((summary) => [
    summary.client,
    count(summary.callsPerSecond.median),
    `[${count(summary.callsPerSecond.q1)} to ${count(summary.callsPerSecond.q3)}]`,
    digits(summary.p50Ms),
    digits(summary.p99Ms),
    digits(summary.cpuUsPerCall.median),
    digits(summary.serverCpuUsPerCall),
    count(summary.socketsAtOnce ?? 0),
    count(summary.socketsOpened ?? 0),
    count(summary.peakBytes / 2 ** 20),
    digits((summary.heapBytes ?? 0) / 2 ** 20),
    summary.wrong === 0 ? '' : `${summary.wrong} WRONG VALUES`,
  ]);
  return [`== ${cell}  ${title}`, table(head, rows), ...failuresText(Object.entries(failures))].join('\n');
}

/** @param {{ cell: string, comparisons: import('../redis/verdict.mjs').Comparison[] }[]} results */
export function verdictText(results) {
  const comparisons = comparisonTable(results);
  if (comparisons === undefined) return '';
  return [
    "== Hawser's Pool as ratio to the better of the other pools around the same socket, taken round by round",
    comparisons,
    'client CPU per call: less is better; no worse: the lower quartile reaches 1. calls/s: more is better.',
    'strict: median ratio to whichever was better in each single round.',
  ].join('\n');
}
