import { fileURLToPath } from 'node:url';
import {
  Redis,
  type HawserError,
  type RedisOptions,
  type RedisPool,
  type RedisPoolOptions,
  type StateChange,
} from 'hawser/redis';
import { onTestFinished, vi } from 'vitest';

/** Longer than anything here takes; a bound for what never comes, not for what is slow. */
export const PATIENCE_MS = 20_000;

/** Reconnects soon, so that tests need not wait for it. */
export const QUICK_BACKOFF = { baseMs: 20, capMs: 50 } as const;

/** As `Redis.connect`; closed when the test is over. */
export async function connect(url: string, options: RedisOptions = {}): Promise<Redis> {
  return closedAfterTest(await Redis.connect(url, { backoff: QUICK_BACKOFF, ...options }));
}

/** As `Redis.start`; closed when the test is over. */
export function start(url: string, options: RedisOptions = {}): Redis {
  return closedAfterTest(Redis.start(url, { backoff: QUICK_BACKOFF, ...options }));
}

/** As `Redis.pool`; closed when the test is over. */
export function pool(url: string, options: RedisPoolOptions = {}): RedisPool {
  const made = Redis.pool(url, { backoff: QUICK_BACKOFF, ...options });
  onTestFinished(async () => void (await made.close({ timeoutMs: 0 })));
  return made;
}

/** Waits until something holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(condition, { timeout: PATIENCE_MS, interval: 5 });
}

/** Waits until the connection is ready, however often it fails before. */
export function untilReady(redis: Redis): Promise<void> {
  return redis.ready({ timeoutMs: PATIENCE_MS });
}

/** What a promise rejects with. Throws when it resolves. */
export async function failureOf(promise: Promise<unknown>): Promise<HawserError> {
  const value = await promise.catch((error: unknown) => error as HawserError);
  if (value instanceof Error) return value as HawserError;
  throw new Error('It was expected to reject, and resolved.');
}

/** The server's number of the connection, as CLIENT KILL takes it. Asked again if that very connection is cut. */
export async function idOf(redis: Redis): Promise<string> {
  return String(Number(await redis.command(['CLIENT', 'ID'], { retry: 'always' })));
}

/** The changes of state from now on. */
export function changesOf(redis: Redis): readonly StateChange[] {
  const changes: StateChange[] = [];
  onTestFinished(redis.onState((change) => changes.push(change)));
  return changes;
}

/** Whether the connection has ever changed its state, or failed to connect, for a reason with this text in it. */
export function gaveAsReason(redis: Redis, text: string): boolean {
  return redis.explain().transitions.some(({ cause }) => cause?.includes(text));
}

/** Asks for an answer that is nobody else's, `count` times at once, and says whether each caller got its own. */
export async function everyoneGetsTheirOwn(redis: Redis, count: number): Promise<boolean> {
  const asked = Array.from({ length: count }, (_, index) => `own-${index}-${Math.random()}`);
  const answers = await Promise.all(asked.map((text) => redis.command(['ECHO', text])));
  return asked.every((text, index) => answers[index] === text);
}

/** Path of a file of `test/fixtures/tls`, for a server. */
export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
}

function closedAfterTest(redis: Redis): Redis {
  onTestFinished(async () => void (await redis.close({ timeoutMs: 0 })));
  return redis;
}
