import { RedisServer, type RedisServerOptions } from 'hawser/testing';
import { afterAll, beforeAll } from 'vitest';

/** Long enough for the first run on a machine, which may have to download Redis. */
export const REDIS_START_LIMIT_MS = 180_000;

/**
 * A Redis of the test file's own, or of the `describe` that calls this: started before its tests, stopped behind
 * them. Returns the way to reach it from within a test.
 */
export function redisServer(options: RedisServerOptions = {}): () => RedisServer {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await RedisServer.start(options);
  }, REDIS_START_LIMIT_MS);
  afterAll(() => server?.stop());
  return () => {
    if (server === undefined) throw new Error('The server is there only while tests run.');
    return server;
  };
}
