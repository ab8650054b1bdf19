import { selectCells } from '../redis/cells.mjs';
import { jsonTarget, positive, readArguments } from '../redis/options.mjs';
import { selectWays, ways } from './ways.mjs';

/**
 * @typedef {Pick<import('../redis/options.mjs').Options,
 *   'quick' | 'cells' | 'rounds' | 'roundMs' | 'budgetMs' | 'json' | 'profileFolder' | 'build'> & {
 *   clients: import('./ways.mjs').Way[],
 *   chart: string | undefined,
 * }} Options `chart`: where to write it.
 */

const FLAGS = new Set(['quick', 'no-build']);
const VALUES = new Set(['cells', 'ways', 'rounds', 'round-ms', 'profile', 'chart']);

/** @param {string[]} args @returns {Options} */
export function parseOptions(args) {
  const given = readArguments(args, FLAGS, VALUES);
  const quick = given.has('quick');
  const cells = selectCells(given.get('cells') ?? (quick ? 'get16' : 'get16,set16'));
  if (cells.some(({ kind }) => kind !== 'get' && kind !== 'set')) {
    throw new Error('The ways are measured with GET and SET.');
  }
  return {
    quick,
    cells,
    clients: given.has('ways') ? selectWays(given.get('ways')) : ways,
    rounds: positive(given, 'rounds', quick ? 5 : 15),
    roundMs: positive(given, 'round-ms', quick ? 50 : 250),
    budgetMs: quick ? 45_000 : Infinity,
    json: jsonTarget(given),
    chart: given.get('chart'),
    profileFolder: given.get('profile'),
    build: !given.has('no-build'),
  };
}
