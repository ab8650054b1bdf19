import { once } from 'node:events';
import {
  AbortError,
  ClientClosedError,
  ClientOfflineError,
  ErrorReply,
  TimeoutError,
  createClient,
} from 'redis';
import { redis as system } from '../../build/faults/systems/redis.js';
import { closedOrCut } from './closing.mjs';
import { versionOf } from './installed.mjs';
import { BACKOFF_CAP_MS, BACKOFF_TEXT, EVEN, backoffMs, settingsText } from './settings.mjs';

/** @typedef {import('../../faults/subject.ts').Subject} Subject */

/** By its documentation, these are of commands that were not written yet. */
const NOT_SENT = [AbortError, ClientClosedError, ClientOfflineError, TimeoutError];

const TUNED = { pingInterval: EVEN.silenceMs / 3, commandsQueueMaxLength: 250_000 };
const TUNED_SOCKET = {
  // Of neither reading nor writing, so that a ping into the silence puts it off.
  socketTimeout: (EVEN.silenceMs * 2) / 3,
  connectTimeout: EVEN.connectTimeoutMs,
};

/** @returns {Subject[]} */
export function subjects() {
  const common = {
    library: `node-redis ${versionOf('redis')}`,
    module: import.meta.url,
    system,
    socketsMax: 1,
    // Its timeout of five seconds is for commands that were not written yet.
    timeoutMs: undefined,
    leaves: true,
    manyEndpoints: false,
    countsDials: true,
    outcomeOf,
  };
  return [
    {
      ...common,
      name: 'node-redis',
      how: 'defaults, with a listener for `error`, and `close()` to close',
      silenceMs: undefined,
      backoffCapMs: 2_200,
      open: (access) => opened(access, {}, {}, (redis) => redis.close()),
    },
    {
      ...common,
      name: 'node-redis-tuned',
      how:
        `${settingsText({ ...TUNED, ...TUNED_SOCKET })}, \`reconnectStrategy\`: ${BACKOFF_TEXT}, a listener for \`error\`, ` +
        'and `destroy()` where `close()` takes too long',
      silenceMs: EVEN.silenceMs,
      backoffCapMs: BACKOFF_CAP_MS,
      open(access) {
        const socket = {
          ...TUNED_SOCKET,
          // The default does not connect again after a `socketTimeout`.
          reconnectStrategy: (/** @type {number} */ retries) => backoffMs(retries + 1),
        };
        return opened(access, TUNED, socket, (redis, timeoutMs) =>
          closedOrCut(redis.close(), () => redis.destroy(), timeoutMs),
        );
      },
    },
  ];
}

/** @param {unknown} error */
function outcomeOf(error) {
  if (error instanceof ErrorReply) return 'refused';
  // Others are derived from these.
  const isNotSent = NOT_SENT.some((kind) => error?.constructor === kind);
  return isNotSent || error?.message === 'The queue is full' ? 'not-sent' : 'unknown';
}

/**
 * @param {import('../../faults/subject.ts').Access} access
 * @param {object} settings @param {object} socket its settings
 * @param {(redis: ReturnType<typeof createClient>, timeoutMs: number) => Promise<unknown>} close
 * @returns {import('../../faults/subject.ts').Client}
 */
function opened({ endpoints: [{ host, port }], password, database, tls }, settings, socket, close) {
  const redis = createClient({
    password,
    database,
    ...settings,
    socket: { host, port, ...(tls === undefined ? {} : { tls: true, ...tls }), ...socket },
  });
  // Without a listener, an error ends the process.
  redis.on('error', () => undefined);
  connect();
  return {
    ready: async () => redis.isReady || once(redis, 'ready'),
    increment: (counter, limits) => limited(limits).incr(counter),
    append: (ledger, entry, limits) => limited(limits).rPush(ledger, entry),
    echo: (text, limits) => limited(limits).echo(text),
    async close(timeoutMs) {
      if (timeoutMs > 0) await close(redis, timeoutMs);
      // It does nothing where everything has ended.
      else redis.destroy();
    },
    onConnected(listener) {
      redis.on('ready', () => listener(true));
      redis.on('reconnecting', () => listener(false));
      redis.on('terminated', () => listener(false));
    },
    retryNow: () => redis.isOpen || connect(),
  };

  function connect() {
    // Its errors are told to the listener too.
    redis.connect().catch(() => undefined);
  }

  /** @param {import('../../faults/subject.ts').CallLimits} [limits] */
  function limited({ timeoutMs, signal } = {}) {
    if (timeoutMs === undefined && signal === undefined) return redis;
    return redis.withCommandOptions({
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
  }
}
