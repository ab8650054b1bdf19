import {
  RedisCluster,
  RedisSentinels,
  RedisServer,
  type RedisClusterOptions,
  type RedisSentinelsOptions,
  type RedisServerOptions,
} from 'hawser/testing';
import { afterAll, beforeAll } from 'vitest';

/** Long enough for the first run on a machine, which may have to download Redis. */
export const REDIS_START_LIMIT_MS = 180_000;

/**
 * A Redis of the test file's own, or of the `describe` that calls this: started before its tests, stopped behind
 * them. Returns the way to reach it from within a test.
 */
export function redisServer(options: RedisServerOptions = {}): () => RedisServer {
  return startedBefore(() => RedisServer.start(options));
}

/** As {@link redisServer}, of a whole cluster. */
export function redisCluster(options: RedisClusterOptions = {}): () => RedisCluster {
  return startedBefore(() => RedisCluster.start(options));
}

/** As {@link redisServer}, of a master, its replicas and the sentinels that watch them. */
export function redisSentinels(options: RedisSentinelsOptions = {}): () => RedisSentinels {
  return startedBefore(() => RedisSentinels.start(options));
}

function startedBefore<S extends { stop(): Promise<void> }>(start: () => Promise<S>): () => S {
  let started: S | undefined;
  beforeAll(async () => {
    started = await start();
  }, REDIS_START_LIMIT_MS);
  afterAll(() => started?.stop());
  return () => {
    if (started === undefined) throw new Error('The server is there only while tests run.');
    return started;
  };
}
