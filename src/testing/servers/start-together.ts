import type { RedisServer } from './redis-server.ts';

/** Starts servers at the same time. When one does not start, those that do are stopped again, and its error is thrown. */
export async function startTogether(starts: readonly Promise<RedisServer>[]): Promise<RedisServer[]> {
  const ends = await Promise.allSettled(starts);
  const started = ends.filter((end) => end.status === 'fulfilled').map(({ value }) => value);
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure === undefined) return started;
  await stopTogether(started);
  throw failure.reason;
}

/** Stops servers that belong together: none waits for another's good-bye. */
export async function stopTogether(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.kill()));
  await Promise.all(servers.map((server) => server.stop()));
}
