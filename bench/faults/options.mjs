import { parseArgs } from 'node:util';

/**
 * @typedef {object} Options
 * @property {readonly string[]} rows names, in the order of the matrix
 * @property {readonly string[]} clients names
 * @property {number} seed
 * @property {number} processes of each client
 * @property {boolean} writes whether the page is written
 * @property {string | undefined} from a file of results, instead of a run
 * @property {{ to: 'nowhere' | 'output' } | { to: 'file', path: string }} json
 */

/** One row for each thing that tells clients apart. */
export const QUICK_ROWS = [
  'refused, at start',
  'accepted, then silence, after a loss',
  'reset mid-reply',
  'reset, idle',
  'half-open, busy',
  'half-open, idle',
  'server stopped, busy',
  'narrow band',
  'garbage, busy',
  'reply that nobody asked for',
  'killed and restarted',
  'password changed',
  'event loop blocked',
];

export const USAGE = `Usage: npm run compare-faults -- [options]

  --quick           ${QUICK_ROWS.length} rows that tell clients apart, in some minutes
  --row NAME        this row, or those whose names have that in them; may be given again
  --client NAME     this client; may be given again
  --seed N          for what is left to chance (1)
  --processes N     of each client, which share its rows (2)
  --json [FILE]     everything, as JSON: to FILE beside the tables, or to the standard output instead of them
  --from FILE       what was written with --json, instead of a run
  --write           the tables go to docs/comparison.md too; for all rows and all clients only`;

/**
 * Throws, with a sentence that says what was expected, for what there is not.
 * @param {readonly string[]} args @param {readonly string[]} rows all names @param {readonly string[]} clients all names
 * @returns {Options}
 */
export function parseOptions(args, rows, clients) {
  const { values } = parseArgs({
    // What takes a value or none is given one.
    args: args.map((one, index) => (one === '--json' && !isValue(args[index + 1]) ? '--json=' : one)),
    options: {
      quick: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true, default: [] },
      client: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: '1' },
      processes: { type: 'string', default: '2' },
      json: { type: 'string' },
      from: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const options = {
    rows: chosen(values.row, values.quick ? rows.filter((name) => QUICK_ROWS.includes(name)) : rows, 'row'),
    clients: chosen(values.client, clients, 'client'),
    seed: whole('seed', values.seed),
    processes: whole('processes', values.processes),
    writes: values.write,
    from: values.from,
    json: jsonTarget(values.json),
  };
  const isAll = options.rows.length === rows.length && options.clients.length === clients.length;
  if (values.write && !isAll) throw new Error('--write is for all rows and all clients.');
  return options;
}

/** @param {string | undefined} arg */
function isValue(arg) {
  return arg !== undefined && !arg.startsWith('--');
}

/** A whole name means that one alone, though others have it in theirs. */
function chosen(
  /** @type {readonly string[]} */ wanted,
  /** @type {readonly string[]} */ names,
  /** @type {string} */ what,
) {
  const found = wanted.flatMap((text) => {
    const matching = names.includes(text) ? [text] : names.filter((name) => name.includes(text));
    if (matching.length === 0) {
      throw new Error(`There is no ${what} "${text}". There are:\n  ${names.join('\n  ')}`);
    }
    return matching;
  });
  return wanted.length === 0 ? names : names.filter((name) => found.includes(name));
}

/** @param {string} name @param {string} text */
function whole(name, text) {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 1) {
    throw new Error(`--${name} takes a whole number above 0, not "${text}".`);
  }
  return value;
}

/** @param {string | undefined} path @returns {Options['json']} */
function jsonTarget(path) {
  if (path === undefined) return { to: 'nowhere' };
  return path === '' ? { to: 'output' } : { to: 'file', path };
}
