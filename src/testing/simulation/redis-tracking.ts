import { resp } from '../resp-wire.ts';
import type { ReceivedCommand, RedisSession } from './redis-command-spec.ts';

/** What the server remembers of a connection that wants to be told of changes (CLIENT TRACKING ON OPTIN). */
export interface TrackedReads {
  /** CLIENT CACHING YES was said: what the next command reads is remembered. */
  isNextTracked: boolean;
  /** Keys that were read, and of whose next change it is told. */
  readonly keys: Set<string>;
}

/** Which arguments of a command that only reads are keys. */
const KEYS_READ: ReadonlyMap<string, 'first' | 'all'> = new Map([
  ['GET', 'first'],
  ['MGET', 'all'],
  ['EXISTS', 'all'],
  ['TYPE', 'first'],
  ['LLEN', 'first'],
  ['LRANGE', 'first'],
  ['HGET', 'first'],
  ['HGETALL', 'first'],
]);

/** Remembers what a command reads, where its connection has asked for that. */
export function trackReads({ tracking }: RedisSession, { name, args }: ReceivedCommand): void {
  if (tracking === undefined || name === 'CLIENT') return;
  const { isNextTracked } = tracking;
  tracking.isNextTracked = false;
  const which = KEYS_READ.get(name);
  if (!isNextTracked || which === undefined) return;
  for (const key of args.slice(0, which === 'first' ? 1 : undefined)) tracking.keys.add(String(key));
}

/** What a connection is told of a change to a key, once for all reads of it; `undefined` where it is not. */
export function invalidationOf({ tracking }: RedisSession, key: string): Buffer | undefined {
  if (tracking?.keys.delete(key) !== true) return undefined;
  return Buffer.concat([Buffer.from('>2\r\n'), resp.bulk('invalidate'), resp.array([resp.bulk(key)])]);
}
