import { versionOf } from './installed.mjs';

/**
 * @typedef {object} Client One way to set up one library.
 * @property {string} name
 * @property {string} subject its name in the module
 * @property {string} title for people
 * @property {'hawser' | 'defaults' | 'tuned'} setting Hawser has its defaults
 * @property {string} module URL of the module that has the subject
 * @property {string} package `hawser`, or the name of an installed one
 * @property {readonly string[]} unseen words of findings that cannot be looked for
 */

/** @type {readonly Client[]} */
export const clients = [
  hawser('shared', 'Hawser shared'),
  hawser('pooled', 'Hawser pool'),
  ...bothWays('ioredis', 'ioredis', 'ioredis'),
  ...bothWays('node-redis', 'redis', 'node-redis'),
  // Its sockets are made in native code.
  ...bothWays('valkey-glide', '@valkey/valkey-glide', 'GLIDE', ['sockets', 'leaves sockets']),
];

/** Whether it is installed: not all of them are to be had everywhere. @param {Client} client */
export function isHere(client) {
  if (client.package === 'hawser') return true;
  try {
    versionOf(client.package);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} way @param {string} title @returns {Client} */
function hawser(way, title) {
  const module = new URL('../../build/faults/subjects/hawser-redis.js', import.meta.url).href;
  const subject = `redis-${way}`;
  return { name: `hawser-${way}`, subject, title, setting: 'hawser', module, package: 'hawser', unseen: [] };
}

/**
 * @param {string} name @param {string} installed @param {string} title @param {readonly string[]} unseen
 * @returns {Client[]} with its defaults, and tuned
 */
function bothWays(name, installed, title, unseen = []) {
  const module = new URL(`${name}.mjs`, import.meta.url).href;
  const common = { module, package: installed, unseen };
  const tuned = `${name}-tuned`;
  return [
    { ...common, name, subject: name, title, setting: 'defaults' },
    { ...common, name: tuned, subject: tuned, title: `${title} tuned`, setting: 'tuned' },
  ];
}
