import { findRedis, RedisCluster } from '../../dist/testing/index.js';
import { selectCells } from '../redis/cells.mjs';
import { versionOf } from '../redis/clients.mjs';
import { measureCell } from '../redis/driver.mjs';
import { positive, readArguments } from '../redis/options.mjs';
import { cellText, comparisonTable, placeText, describePlace, table } from '../redis/report.mjs';
import { compare, summarize } from '../redis/verdict.mjs';

const CELLS = 'get16:1000,set16:1000,incr:1000,get16:100,pipe:10';
/** What Hawser is to reach at 1,000 callers, as ratio to the best peer. */
const BAR = { throughput: 2 };

const CLIENTS = [
  define('hawser', 'hawser', 'hawser', {}, 'defaults'),
  define('ioredis', 'peer', 'ioredis', { autoPipelining: false }, 'defaults'),
  define('ioredis-auto', 'peer', 'ioredis', { autoPipelining: true }, 'enableAutoPipelining'),
  define('node-redis', 'peer', 'redis', {}, 'defaults (5 s command timeout)'),
  define('node-redis-untimed', 'peer', 'redis', { timeout: 0 }, 'no command timeout'),
];

/** @returns {import('../redis/clients.mjs').Client} */
function define(name, role, library, settings, how) {
  const module = `../../cluster/clients/${library}.mjs`;
  return { name, role, module, settings, package: library, how, mayBeAbsent: false };
}

/** @param {string[]} args */
export function parseOptions(args) {
  const given = readArguments(args, new Set(['no-build']), new Set(['cells', 'rounds', 'round-ms']));
  return {
    clients: CLIENTS,
    cells: selectCells(given.get('cells') ?? CELLS),
    rounds: positive(given, 'rounds', 9),
    roundMs: positive(given, 'round-ms', 250),
    build: !given.has('no-build'),
  };
}

/** The clients for clusters side by side, on three primaries. @returns {Promise<number>} the exit code */
export async function benchCluster(options) {
  const binary = await findRedis({ report: (sentence) => console.error(sentence) });
  const cluster = await RedisCluster.start({ binary, masters: 3, replicasPerMaster: 0 });
  try {
    const server = asOneServer(cluster);
    console.log(headerText(options, cluster));
    const results = [];
    for (const cell of options.cells) {
      const result = await measureCell(cell, options, server);
      const summaries = summarize(result, options.clients);
      console.log(`\n${cellText(result, summaries, undefined)}`);
      const bar = cell.callers === 1_000 ? BAR : undefined;
      results.push({
        cell: cell.name,
        comparisons: compare(result, summaries, bar),
        summaries,
        failures: result.failures,
      });
    }
    console.log(
      `\n== Hawser as ratio to the best peer, taken round by round\n${comparisonTable(results) ?? ''}`,
    );
    const isSound = results.every(
      ({ summaries, failures }) => failures.size === 0 && summaries.every(({ wrong }) => wrong === 0),
    );
    return isSound ? 0 : 1;
  } finally {
    await cluster.stop();
  }
}

/** What the driver asks of a server, asked of all nodes. */
function asOneServer({ nodes }) {
  return {
    url: nodes[0].url,
    binary: nodes[0].binary,
    async inspect(command, options) {
      const answers = await Promise.all(nodes.map((node) => node.inspect(command, options)));
      return command[0] === 'INFO' ? sumOf(answers) : answers[0];
    },
  };
}

/** INFO cpu of all nodes as if of one. */
function sumOf(infos) {
  const total = (name) =>
    infos.reduce((sum, info) => sum + Number(new RegExp(`^${name}:([0-9.]+)`, 'm').exec(info)?.[1] ?? 0), 0);
  return ['used_cpu_user', 'used_cpu_sys'].map((name) => `${name}:${total(name)}`).join('\r\n');
}

function headerText({ clients, rounds, roundMs }, { nodes }) {
  const rows = clients.map((client) => [client.name, versionOf(client) ?? 'not here', client.how]);
  return [
    `Hawser's client for Redis Cluster beside others, ${new Date().toISOString()}`,
    `${placeText(describePlace(nodes[0]))}, three primaries.`,
    `${rounds} paired rounds of ${roundMs} ms per cell, one process per client, one active at a time; every reply is checked.`,
    'pipe: Hawser by pipeline(), which is split by node; the others by as many single calls, as theirs takes keys of one node or slot only.',
    '',
    table(['client', 'version', 'settings'], rows),
  ].join('\n');
}
