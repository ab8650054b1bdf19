/**
 * @typedef {import('../redis/workloads.mjs').Adapter & { weigh: () => import('./footprint.mjs').Footprint }} WayClient
 *
 * @typedef {object} Way How callers come to a connection. The driver in `../redis` measures it like any client.
 * @property {string} name
 * @property {'hawser' | 'peer' | 'reference'} role The pools around the same minimal socket are compared with each other.
 * @property {string} module Relative to `../redis/clients/`.
 * @property {Record<string, unknown>} settings For the module's `connect`.
 * @property {string} label For people.
 * @property {string | null} package Whose version is told.
 * @property {string} encodes Who turns arguments into a command.
 * @property {string} decodes Who turns received bytes into a reply.
 */

const OWN_SOCKET = { encodes: 'caller', decodes: 'caller' };
const MAX = 10;
/** As many callers as in these cells, none of whom ever leaves, are a standing queue, which would be shed after 50 ms. */
const PATIENT = { shedding: { targetMs: 4_000 } };

/** @type {Way[]} */
export const ways = [
  { ...define('per-command', 'reference', 'per-command', {}, 'connection per command'), package: null },
  define('checkout-1', 'reference', 'hawser-pool', { max: 1, ...PATIENT }, 'one connection in turn'),
  define('pool-10', 'hawser', 'hawser-pool', { max: MAX, ...PATIENT }, `Hawser's Pool of ${MAX}`),
  {
    ...define('generic-pool', 'peer', 'generic-pool', { max: MAX }, `generic-pool of ${MAX}`),
    package: 'generic-pool',
  },
  { ...define('tarn', 'peer', 'tarn', { max: MAX }, `tarn of ${MAX}`), package: 'tarn' },
  {
    ...define('redis-pool', 'reference', 'redis-pool', { max: MAX, ...PATIENT }, `Redis.pool of ${MAX}`),
    decodes: 'its connection',
  },
  { ...define('shared', 'reference', 'shared', {}, 'shared pipeline'), decodes: 'owner' },
];

/** @returns {Way} */
function define(name, role, module, settings, label) {
  const path = `../../ways/clients/${module}.mjs`;
  return { name, role, module: path, settings, label, package: 'hawser', ...OWN_SOCKET };
}

/** @param {string} list @returns {Way[]} */
export function selectWays(list) {
  return list.split(',').map((name) => {
    const found = ways.find((candidate) => candidate.name === name);
    if (found === undefined) {
      throw new Error(`No way "${name}". There are ${ways.map((each) => each.name).join(', ')}.`);
    }
    return found;
  });
}
