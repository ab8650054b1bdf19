import { writeFile } from 'node:fs/promises';
import { findRedis, findRedisTool, RedisServer } from '../../dist/testing/index.js';
import { versionOf } from './clients.mjs';
import { measureCell } from './driver.mjs';
import { measureReference } from './reference.mjs';
import { cellText, describeRun, headerText, verdictText } from './report.mjs';
import { compare, summarize } from './verdict.mjs';

/** @param {import('./options.mjs').Options} options @returns {Promise<number>} the exit code */
export async function benchRedis(options) {
  const present = options.clients.filter((client) => !client.mayBeAbsent || versionOf(client) !== undefined);
  const binary = await findRedis({ report: (sentence) => console.error(sentence) });
  const benchmark = await findRedisTool(binary, 'benchmark');
  const server = await RedisServer.start({ binary });
  const print = options.json.to === 'output' ? () => undefined : (text) => console.log(`${text}\n`);
  try {
    const run = describeRun(options, options.clients, server);
    print(headerText(run));
    const { results, leftOut } = await measureAll({ ...options, clients: present }, server, benchmark, print);
    print(verdictText(results));
    if (leftOut.length > 0) print(`Left out, to end in time: ${leftOut.join(', ')}.`);
    await writeJson(options.json, { ...run, results, leftOut });
    return results.every((result) => result.sound) ? 0 : 1;
  } finally {
    await server.stop();
  }
}

async function measureAll(options, server, benchmark, print) {
  const results = [];
  const leftOut = [];
  for (const [index, cell] of options.cells.entries()) {
    if (process.uptime() * 1_000 > options.budgetMs) {
      leftOut.push(cell.name);
      continue;
    }
    if (process.stderr.isTTY) process.stderr.write(`${index + 1}/${options.cells.length} ${cell.name}\r`);
    const result = await measureCell(cell, options, server);
    const reference = benchmark && (await measureReference(benchmark, cell, server, options.roundMs));
    const summaries = summarize(result, options.clients);
    print(cellText(result, summaries, reference));
    results.push({
      cell: cell.name,
      title: cell.title,
      summaries,
      comparisons: compare(result, summaries),
      reference: reference ?? null,
      failures: Object.fromEntries(result.failures),
      rounds: Object.fromEntries(result.rounds),
      sound: isSound(result, summaries),
    });
  }
  return { results, leftOut };
}

/** A peer that gives calls up by its own rules has no result, which is shown. That is no fault of the measurement. */
function isSound({ failures }, summaries) {
  const failed = [...failures].some(([name, { rejected }]) => name === 'hawser' || !rejected);
  return !failed && summaries.every((summary) => summary.wrong === 0);
}

/** @param {import('./options.mjs').Options['json']} json */
export async function writeJson(json, report) {
  if (json.to === 'nowhere') return;
  const text = `${JSON.stringify(report, undefined, 2)}\n`;
  if (json.to === 'output') process.stdout.write(text);
  else await writeFile(json.path, text);
}
