import { once } from 'node:events';
import { Redis, ReplyError } from 'ioredis';
import { redis as system } from '../../build/faults/systems/redis.js';
import { closedOrCut } from './closing.mjs';
import { versionOf } from './installed.mjs';
import { BACKOFF_CAP_MS, BACKOFF_TEXT, EVEN, backoffMs, settingsText } from './settings.mjs';

/** @typedef {import('../../faults/subject.ts').Subject} Subject */

const TUNED = {
  commandTimeout: EVEN.timeoutMs,
  // Of waiting for data while something is asked. It asks nothing by itself, so that an idle connection is not looked at.
  socketTimeout: EVEN.stallAfterMs,
  connectTimeout: EVEN.connectTimeoutMs,
  // How long an orderly end of a socket may take.
  disconnectTimeout: 100,
  // Nothing is sent twice. What is in flight when its connection ends would then wait for its timeout, were it not flushed.
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

/** @returns {Subject[]} */
export function subjects() {
  const common = {
    library: `ioredis ${versionOf('ioredis')}`,
    module: import.meta.url,
    system,
    socketsMax: 1,
    leaves: false,
    manyEndpoints: false,
    countsDials: true,
    // Its other errors do not tell what was in flight from what was waiting.
    outcomeOf: (/** @type {unknown} */ error) => (error instanceof ReplyError ? 'refused' : 'unknown'),
  };
  return [
    {
      ...common,
      name: 'ioredis',
      how: 'defaults, and `quit()` to close',
      timeoutMs: undefined,
      silenceMs: undefined,
      backoffCapMs: 5_200,
      open: (access) => opened(access, {}, quit),
    },
    {
      ...common,
      name: 'ioredis-tuned',
      how:
        `${settingsText(TUNED)}, \`retryStrategy\`: ${BACKOFF_TEXT}, \`reconnectOnError\` for READONLY, ` +
        'and `disconnect()` where `quit()` takes too long',
      timeoutMs: TUNED.commandTimeout,
      silenceMs: TUNED.socketTimeout,
      backoffCapMs: BACKOFF_CAP_MS,
      open(access) {
        const settings = {
          ...TUNED,
          retryStrategy: backoffMs,
          // As its documentation has it for failovers.
          reconnectOnError: (/** @type {Error} */ error) => error.message.includes('READONLY'),
        };
        return opened(access, settings, (redis, timeoutMs) =>
          closedOrCut(quit(redis), () => redis.disconnect(), timeoutMs),
        );
      },
    },
  ];
}

/** It rejects where the connection is lost meanwhile, and is over then too. @param {Redis} redis */
async function quit(redis) {
  await redis.quit().catch(() => undefined);
}

/**
 * @param {import('../../faults/subject.ts').Access} access
 * @param {import('ioredis').RedisOptions} settings
 * @param {(redis: Redis, timeoutMs: number) => Promise<unknown>} close
 * @returns {import('../../faults/subject.ts').Client}
 */
function opened({ endpoints: [{ host, port }], password, database, tls }, settings, close) {
  const redis = new Redis({ host, port, password, db: database, tls, ...settings });
  // Without a listener it prints each error.
  redis.on('error', () => undefined);
  return {
    ready: async () => redis.status === 'ready' || once(redis, 'ready'),
    increment: (counter) => redis.incr(counter),
    append: (ledger, entry) => redis.rpush(ledger, entry),
    echo: (text) => redis.echo(text),
    async close(timeoutMs) {
      if (timeoutMs > 0) await close(redis, timeoutMs);
      else if (redis.status !== 'end') redis.disconnect();
    },
    onConnected(listener) {
      redis.on('ready', () => listener(true));
      redis.on('close', () => listener(false));
    },
    retryNow() {
      if (redis.status === 'end') redis.connect().catch(() => undefined);
    },
  };
}
