import { randomUUID } from 'node:crypto';
import type { Redis, RedisPool, StreamConsumer, StreamConsumerOptions } from 'hawser/redis';
import type { RedisClusterClient } from 'hawser/redis/cluster';
import type { RedisServer } from 'hawser/testing';
import { onTestFinished } from 'vitest';

/** A key that no other test has. */
export function newStream(): string {
  return `stream-${randomUUID()}`;
}

/** Adds entries, one after the other, and returns their ids. */
export async function addTo(
  server: RedisServer,
  stream: string,
  values: readonly string[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const value of values) {
    ids.push(String(await server.inspect(['XADD', stream, '*', 'value', value])));
  }
  return ids;
}

/** How many entries were delivered and are not acknowledged. */
export async function pendingIn(server: RedisServer, stream: string): Promise<number> {
  return ((await server.inspect(['XPENDING', stream, 'group'])) as [number])[0];
}

/** A consumer that is closed when the test is over. */
export function consume(
  redis: Redis | RedisPool | RedisClusterClient,
  options: Partial<StreamConsumerOptions> & { readonly stream: string },
): StreamConsumer {
  const consumer = redis.consumer({
    group: 'group',
    consumer: 'one',
    createGroup: '0',
    handler: () => {},
    ...options,
  });
  onTestFinished(async () => void (await consumer.close({ timeoutMs: 0 })));
  return consumer;
}
