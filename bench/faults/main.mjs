import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { withParts } from '../../build/faults/page.js';
import { liveLine } from '../../build/faults/report.js';
import { ROWS } from '../../build/faults/rows/index.js';
import { run } from '../../build/faults/run.js';
import { installPeers } from '../setup.mjs';
import { clients, isHere } from './clients.mjs';
import { USAGE, parseOptions } from './options.mjs';
import { blockOf } from './page.mjs';

/** @typedef {import('./page.mjs').Comparison} Comparison */

const PAGE = new URL('../../docs/comparison.md', import.meta.url);

const options = optionsOf(process.argv.slice(2));
const comparison =
  options.from === undefined ? await compare() : JSON.parse(readFileSync(options.from, 'utf8'));
if (options.json.to === 'output') console.log(JSON.stringify(comparison, undefined, 2));
else console.log(`\n${blockOf(comparison)}`);
if (options.json.to === 'file') {
  writeFileSync(options.json.path, `${JSON.stringify(comparison, undefined, 2)}\n`);
}
if (options.writes) {
  writeFileSync(PAGE, withParts(readFileSync(PAGE, 'utf8'), { comparison: blockOf(comparison) }));
}

/** Ends the process where it was asked for what there is not. @param {string[]} args */
function optionsOf(args) {
  try {
    const rows = ROWS.map(({ name }) => name);
    return parseOptions(
      args,
      rows,
      clients.map(({ name }) => name),
    );
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    return process.exit(2);
  }
}

/** @returns {Promise<Comparison>} */
async function compare() {
  installPeers();
  const here = clients.filter((client) => options.clients.includes(client.name) && isHere(client));
  const longest = (/** @type {readonly string[]} */ texts) => Math.max(...texts.map((text) => text.length));
  const titles = new Map(here.map(({ subject, title }) => [subject, title]));
  const widths = { subject: longest([...titles.values()]), row: longest(options.rows) };
  const all = await run({
    subjects: here.map(({ module, subject }) => ({ module, name: subject })),
    rows: options.rows,
    tempo: 'comparison',
    seed: options.seed,
    processes: options.processes,
    // The standard output may belong to the results.
    onResult: (result, { name }) => console.error(liveLine(titles.get(name) ?? name, result, widths)),
  });
  return {
    date: new Date().toISOString(),
    place: `${machine()}; Node.js ${process.version}; ${all[0]?.about.server}`,
    seed: options.seed,
    minutes: process.uptime() / 60,
    rows: options.rows,
    clients: here.map(({ name, title, setting, unseen }, index) => {
      const { about, results } = all[index];
      return { name, title, setting, unseen, library: about.library, how: about.how, results };
    }),
  };
}

function machine() {
  const processors = cpus();
  return `${processors.length} cores of ${processors[0]?.model.trim() ?? 'a processor'}`;
}
