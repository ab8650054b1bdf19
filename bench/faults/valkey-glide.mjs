import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { ConnectionError, GlideClient, Logger, RequestError } from '@valkey/valkey-glide';
import { withinMs } from '../../build/faults/limits.js';
import { redis as system } from '../../build/faults/systems/redis.js';
import { versionOf } from './installed.mjs';
import { BACKOFF_CAP_MS, EVEN, settingsText } from './settings.mjs';

/** @typedef {import('../../faults/subject.ts').Subject} Subject */

/** With `lazyConnect` it would not have to be, but each call that fails would be an attempt to connect. */
const CREATED_AGAIN_MS = 1_000;
const CREATED_AGAIN = '`createClient` again a second after it has failed';

const DEFAULT_TIMEOUT_MS = 250;

const TUNED = {
  requestTimeout: EVEN.timeoutMs,
  advancedConfiguration: { connectionTimeout: EVEN.connectTimeoutMs },
  // Waits of up to 2 seconds, of which any part is left to chance.
  connectionBackoff: { numberOfRetries: 5, factor: 62, exponentBase: 2, jitterPercent: 100 },
};

/** What fails while there is no client that could be asked. */
class NotCreated extends Error {
  name = 'NotCreated';
}

// It writes every loss to the standard output otherwise.
Logger.setLoggerConfig('off');

/** @returns {Subject[]} */
export function subjects() {
  const common = {
    library: `valkey-glide ${versionOf('@valkey/valkey-glide')}`,
    module: import.meta.url,
    system,
    socketsMax: 1,
    silenceMs: undefined,
    leaves: false,
    manyEndpoints: true,
    // They are made in native code.
    countsDials: false,
    outcomeOf,
  };
  return [
    {
      ...common,
      name: 'valkey-glide',
      how: `defaults, ${CREATED_AGAIN}`,
      timeoutMs: DEFAULT_TIMEOUT_MS,
      // What its documentation calls a default strategy is not described there; longer waits were not seen.
      backoffCapMs: 5_000,
      open: (access) => opened(access, {}, DEFAULT_TIMEOUT_MS),
    },
    {
      ...common,
      name: 'valkey-glide-tuned',
      how: `${settingsText(TUNED)}, ${CREATED_AGAIN}`,
      timeoutMs: TUNED.requestTimeout,
      backoffCapMs: BACKOFF_CAP_MS,
      open: (access) => opened(access, TUNED, TUNED.requestTimeout),
    },
  ];
}

/** @param {unknown} error */
function outcomeOf(error) {
  if (error instanceof NotCreated) return 'not-sent';
  // Others are derived from it.
  if (error?.constructor !== RequestError) return 'unknown';
  if (error.message.startsWith('An error was signalled by the server')) return 'refused';
  return error.message.startsWith('Reached maximum inflight requests') ? 'not-sent' : 'unknown';
}

/**
 * @param {import('../../faults/subject.ts').Access} access
 * @param {Partial<import('@valkey/valkey-glide').GlideClientConfiguration>} settings
 * @param {number} timeoutMs of a call
 * @returns {import('../../faults/subject.ts').Client}
 */
function opened({ endpoints, password, database, tls }, settings, timeoutMs) {
  const options = {
    // It checks the name that it is given here.
    addresses: endpoints.map(({ host, port }) => ({ host: tls?.servername ?? host, port })),
    databaseId: database,
    ...(password === undefined ? {} : { credentials: { password } }),
    ...(tls === undefined ? {} : { useTLS: true }),
    ...settings,
    advancedConfiguration: {
      ...settings.advancedConfiguration,
      ...(tls === undefined ? {} : { tlsAdvancedConfiguration: { rootCertificates: tls.ca } }),
    },
  };
  const closing = new AbortController();
  const closed = once(closing.signal, 'abort');
  const listeners = new Set();
  // Undefined until the first one could connect.
  let glide;
  const created = create();

  async function create() {
    while (!closing.signal.aborted) {
      try {
        glide = await GlideClient.createClient(options);
        if (closing.signal.aborted) glide.close();
        return;
      } catch {
        await wait(CREATED_AGAIN_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  /** @template Value @param {(client: GlideClient) => Promise<Value>} ask @returns {Promise<Value>} */
  async function asked(ask) {
    if (glide === undefined) await withinMs(Promise.race([created, closed]), timeoutMs);
    if (glide === undefined) throw new NotCreated('there is no client yet');
    try {
      return await ask(glide);
    } catch (error) {
      // It has no other way to tell of a loss.
      if (error instanceof ConnectionError) for (const listener of listeners) listener(false);
      throw error;
    }
  }

  return {
    ready: () => created,
    increment: (counter) => asked((client) => client.incr(counter)),
    append: (ledger, entry) => asked((client) => client.rpush(ledger, [entry])),
    echo: (text) => asked((client) => client.echo(text)),
    async close() {
      closing.abort();
      glide?.close();
    },
    onConnected: (listener) => void listeners.add(listener),
  };
}
