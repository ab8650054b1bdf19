import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Client One way to run one library, in a process of its own.
 * @property {string} name
 * @property {'hawser' | 'peer' | 'reference'} role A reference is shown, and is no part of any ratio.
 * @property {string} module Relative to `clients/`.
 * @property {Record<string, unknown>} settings For the module's `connect`.
 * @property {string} package
 * @property {string} how What is set besides the defaults, for people.
 * @property {boolean} mayBeAbsent It does not install everywhere.
 * @property {string} [executable] Runs the process; Node.js otherwise.
 */

/** @type {Client[]} */
export const clients = [
  define('hawser', 'hawser', 'hawser', {}, 'defaults'),
  define('ioredis', 'peer', 'ioredis', { autoPipelining: false }, 'defaults, no offline queue'),
  define(
    'ioredis-auto',
    'peer',
    'ioredis',
    { autoPipelining: true },
    'enableAutoPipelining, no offline queue',
  ),
  define('node-redis', 'peer', 'redis', {}, 'defaults (5 s command timeout), no offline queue'),
  define('node-redis-untimed', 'peer', 'redis', { timeout: 0 }, 'no command timeout, no offline queue'),
  define('iovalkey', 'peer', 'iovalkey', { autoPipelining: false }, 'defaults, no offline queue'),
  define(
    'iovalkey-auto',
    'peer',
    'iovalkey',
    { autoPipelining: true },
    'enableAutoPipelining, no offline queue',
  ),
  {
    ...define('valkey-glide', 'peer', 'valkey-glide', {}, 'inflightRequestsLimit and requestTimeout raised'),
    package: '@valkey/valkey-glide',
    mayBeAbsent: true,
  },
  {
    ...define('bun', 'reference', 'bun', {}, "Bun's own client in Bun's own process, defaults"),
    mayBeAbsent: true,
    executable: process.env.BUN ?? 'bun',
  },
];

/** @returns {Client} */
function define(name, role, library, settings, how) {
  return { name, role, module: `${library}.mjs`, settings, package: library, how, mayBeAbsent: false };
}

/** @param {string} list @returns {Client[]} */
export function selectClients(list) {
  return list.split(',').map((name) => {
    const found = clients.find((candidate) => candidate.name === name);
    if (found === undefined) {
      throw new Error(`No client "${name}". There are ${clients.map((each) => each.name).join(', ')}.`);
    }
    return found;
  });
}

/** @param {Client} client @returns {string | undefined} its version; `undefined` when it is not here */
export function versionOf(client) {
  if (client.executable !== undefined) {
    const { stdout, status } = spawnSync(client.executable, ['--version'], { encoding: 'utf8' });
    return status === 0 ? stdout.trim() : undefined;
  }
  const folder = client.package === 'hawser' ? '../../' : `../node_modules/${client.package}/`;
  try {
    return JSON.parse(readFileSync(new URL(`${folder}package.json`, import.meta.url), 'utf8')).version;
  } catch {
    return undefined;
  }
}
