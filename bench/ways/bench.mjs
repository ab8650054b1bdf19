import { writeFile } from 'node:fs/promises';
import { findRedis, RedisServer } from '../../dist/testing/index.js';
import { writeJson } from '../redis/bench.mjs';
import { measureCell } from '../redis/driver.mjs';
import { compare, summarize } from '../redis/verdict.mjs';
import { chartOf } from './chart.mjs';
import { countCopied } from './copied.mjs';
import { cellText, describeRun, headerText, verdictText } from './report.mjs';

/** A pool may cost no more CPU per call than its peers around the same socket. */
const BAR = { cpuNoWorse: true };

/** @param {import('./options.mjs').Options} options @returns {Promise<number>} the exit code */
export async function benchWays(options) {
  const binary = await findRedis({ report: (sentence) => console.error(sentence) });
  const server = await RedisServer.start({ binary });
  const print = options.json.to === 'output' ? () => undefined : (text) => console.log(`${text}\n`);
  try {
    const counts = await Promise.all(options.clients.map((way) => countCopied(way, server.url)));
    const copied = Object.fromEntries(options.clients.map(({ name }, index) => [name, counts[index]]));
    const run = describeRun(options, server, copied);
    print(headerText(run));
    const results = [];
    const leftOut = [];
    for (const cell of options.cells) {
      if (process.uptime() * 1_000 > options.budgetMs) {
        leftOut.push(cell.name);
        continue;
      }
      const result = await measure(cell, options, server);
      print(cellText(result));
      results.push(result);
    }
    print(verdictText(results));
    if (leftOut.length > 0) print(`Left out, to end in time: ${leftOut.join(', ')}.`);
    const report = { ...run, results, leftOut };
    await writeJson(options.json, report);
    if (options.chart !== undefined) await writeFile(options.chart, chartOf(report));
    return results.every(({ sound }) => sound) ? 0 : 1;
  } finally {
    await server.stop();
  }
}

async function measure(cell, options, server) {
  const result = await measureCell(cell, { ...options, weigh: true }, server);
  const summaries = summarize(result, options.clients).map((summary) => ({
    ...summary,
    ...result.weights.get(summary.client),
  }));
  return {
    cell: cell.name,
    title: cell.title,
    kind: cell.kind,
    callers: cell.callers,
    summaries,
    comparisons: compare(result, summaries, BAR),
    failures: Object.fromEntries(result.failures),
    rounds: Object.fromEntries(result.rounds),
    sound: isSound(result, summaries, options.clients),
  };
}

/** A way that is not Hawser's may give calls up, where a system has no more ports for example: it has no result then. */
function isSound({ failures }, summaries, ways) {
  const own = new Set(ways.filter((way) => way.package === 'hawser').map(({ name }) => name));
  const failed = [...failures].some(([name, { rejected }]) => own.has(name) || !rejected);
  return !failed && summaries.every(({ wrong }) => wrong === 0);
}
