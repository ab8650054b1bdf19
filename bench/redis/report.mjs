import { cpus, totalmem } from 'node:os';
import { versionOf } from './clients.mjs';

/** @typedef {{ label: string, value: string }} Line */

/** Where and when a run is made. */
export function describePlace(server) {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    machine: {
      processor: processors[0]?.model.trim() ?? 'unknown',
      cores: processors.length,
      memoryBytes: totalmem(),
      system: `${process.platform} ${process.arch}`,
    },
    node: process.version,
    server: `${server.binary.kind} ${server.binary.version}`,
  };
}

/** One line about {@link describePlace}. */
export function placeText({ machine, node, server }) {
  const memory = `${Math.round(machine.memoryBytes / 2 ** 30)} GiB`;
  return `${machine.processor}, ${machine.cores} cores, ${memory}, ${machine.system}; Node.js ${node}; ${server} on 127.0.0.1`;
}

/** What a reader needs to know about a run. */
export function describeRun({ cells, rounds, roundMs, quick }, clients, server) {
  return {
    ...describePlace(server),
    clients: clients.map((client) => ({
      name: client.name,
      package: client.package,
      version: versionOf(client) ?? null,
      role: client.role,
      settings: client.how,
    })),
    rounds,
    roundMs,
    quick,
    cells: cells.map((cell) => cell.name),
  };
}

/** @param {ReturnType<typeof describeRun>} run */
export function headerText(run) {
  const rows = run.clients.map((client) => [
    client.name,
    client.version ?? 'not here',
    client.role === 'hawser' ? '' : client.role,
    client.settings,
  ]);
  return [
    `Hawser beside other Redis clients, ${run.date}`,
    `${placeText(run)}, one connection per client.`,
    `${run.rounds} paired rounds of ${run.roundMs} ms per cell. One process per client, all connected, one active at a time, in another order`,
    `each round; every reply is checked. Client and server share the ${run.machine.cores} cores: "server" is what the server's CPU spent on a call.`,
    'Values are medians of the rounds, [lower to upper quartile]; peak is the most memory the process has held.',
    '',
    table(['client', 'version', '', 'settings'], rows),
  ].join('\n');
}

/** @param {import('./driver.mjs').CellResult} result @param {import('./verdict.mjs').Summary[]} summaries */
export function cellText({ cell, failures }, summaries, reference) {
  const rows = summaries.map((summary) => [
    summary.client + (summary.role === 'reference' ? ' (reference)' : ''),
    count(summary.callsPerSecond.median),
    `[${count(summary.callsPerSecond.q1)} to ${count(summary.callsPerSecond.q3)}]`,
    digits(summary.cpuUsPerCall.median),
    digits(summary.p50Ms),
    digits(summary.p99Ms),
    count(summary.peakBytes / 2 ** 20),
    digits(summary.serverCpuUsPerCall),
    summary.wrong === 0 ? '' : `${summary.wrong} WRONG VALUES`,
  ]);
  if (reference !== undefined) {
    rows.push([`${reference.tool} (reference)`, count(reference.callsPerSecond), '', '', '', '', '', '', '']);
  }
  const head = ['client', 'calls/s', 'spread', 'CPU us', 'p50 ms', 'p99 ms', 'peak MiB', 'server us', ''];
  return [`== ${cell.name}  ${cell.title}`, table(head, rows), ...failuresText([...failures])].join('\n');
}

/** @param {[string, import('./driver.mjs').Failure][]} failures @returns {string[]} a line for each */
export function failuresText(failures) {
  return failures.map(([name, { why, rejected }]) => {
    const [first] = why.split('\n');
    return rejected ? `${name} has no result: it rejected calls (${first})` : `${name} FAILED: ${first}`;
  });
}

/** @param {{ cell: string, comparisons: import('./verdict.mjs').Comparison[] }[]} results */
export function verdictText(results) {
  const comparisons = comparisonTable(results);
  if (comparisons === undefined) return '';
  return [
    '== Hawser as ratio to the best peer (the one with the best median of the cell), taken round by round',
    comparisons,
    'calls/s: more is better. client CPU per call: less is better. strict: median ratio to the best peer of each single round.',
    'no worse: the upper quartile reaches 1.',
  ].join('\n');
}

/** @returns {string | undefined} `undefined` where there is nothing to compare */
export function comparisonTable(results) {
  const rows = results.flatMap(({ cell, comparisons }) =>
    comparisons.map((each) => [
      cell,
      each.measure,
      each.best,
      digits(each.ratio.median),
      `[${digits(each.ratio.q1)} to ${digits(each.ratio.q3)}]`,
      `(${digits(each.ratio.min)} to ${digits(each.ratio.max)})`,
      digits(each.againstBestOfRound),
      each.bar,
      each.reached === null ? '' : each.reached ? 'pass' : 'MISS',
    ]),
  );
  if (rows.length === 0) return undefined;
  const head = ['cell', 'of', 'best peer', 'ratio', 'quartiles', 'extremes', 'strict', 'bar', ''];
  return table(head, rows);
}

/** A whole number for people. */
export function count(value) {
  return Math.round(value).toLocaleString('en');
}

/** Three digits that matter, for people. */
export function digits(value) {
  if (value === null) return '-';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(value >= 1 ? 2 : 3);
}

/** Columns as wide as they must be; words to the left, numbers to the right. */
export function table(head, rows) {
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const toRight = head.map((_, column) => rows.every((row) => /^([\d[(<>-].*)?$/.test(row[column])));
  const line = (row) =>
    row
      .map((text, column) => (toRight[column] ? text.padStart(widths[column]) : text.padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}
