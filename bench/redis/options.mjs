import { plannedCells, selectCells } from './cells.mjs';
import { clients, selectClients } from './clients.mjs';

/**
 * @typedef {object} Options
 * @property {boolean} quick
 * @property {import('./cells.mjs').Cell[]} cells
 * @property {import('./clients.mjs').Client[]} clients
 * @property {number} rounds
 * @property {number} roundMs
 * @property {number} budgetMs No cell is begun later than this.
 * @property {{ to: 'nowhere' | 'output' } | { to: 'file', path: string }} json
 * @property {string} [profileFolder]
 * @property {boolean} build
 */

/** @param {string[]} args @returns {Options} */
export function parseOptions(args) {
  const given = readArguments(args, FLAGS, VALUES);
  const quick = given.has('quick');
  return {
    quick,
    cells: given.has('cells') ? selectCells(given.get('cells')) : plannedCells(quick),
    clients: given.has('clients') ? selectClients(given.get('clients')) : clients,
    rounds: positive(given, 'rounds', 15),
    roundMs: positive(given, 'round-ms', quick ? 25 : 250),
    budgetMs: quick ? 42_000 : Infinity,
    json: jsonTarget(given),
    profileFolder: given.get('profile'),
    build: !given.has('no-build'),
  };
}

const FLAGS = new Set(['quick', 'no-build']);
const VALUES = new Set(['cells', 'clients', 'rounds', 'round-ms', 'profile']);

/**
 * @param {string[]} args @param {Set<string>} flags @param {Set<string>} values names of what has a value
 * @returns {Map<string, string>} what was given; of a flag, and of `json` without a path, the empty text
 */
export function readArguments(args, flags, values) {
  const given = new Map();
  for (let at = 0; at < args.length; at++) {
    const [, name, inline] = /^--([a-z-]+)(?:=(.+))?$/.exec(args[at]) ?? [];
    const next = args[at + 1];
    if (flags.has(name) && inline === undefined) given.set(name, '');
    else if (name === 'json') {
      const separate = inline === undefined && next !== undefined && !next.startsWith('--');
      given.set(name, inline ?? (separate ? args[++at] : ''));
    } else if (values.has(name) && (inline ?? next) !== undefined) given.set(name, inline ?? args[++at]);
    else throw new Error(`"${args[at]}" is no option, or misses its value.`);
  }
  return given;
}

/** @returns {number} the value of an option that counts something */
export function positive(given, name, otherwise) {
  if (!given.has(name)) return otherwise;
  const value = Number(given.get(name));
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a positive whole number.`);
  return value;
}

/** @returns {Options['json']} */
export function jsonTarget(given) {
  if (!given.has('json')) return { to: 'nowhere' };
  const path = given.get('json');
  return path === '' ? { to: 'output' } : { to: 'file', path };
}
