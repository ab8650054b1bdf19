import type { InspectOptions } from './redis-inspect.ts';
import type { RedisServer } from './redis-server.ts';

/** The port at which other servers know it. */
export function peerPortOf({ tlsPort, port }: Pick<RedisServer, 'port' | 'tlsPort'>): number {
  return tlsPort ?? port;
}

/** Host and port at which other servers know it. */
export function peerAddressOf(server: Pick<RedisServer, 'host' | 'port' | 'tlsPort'>): string {
  return `${server.host}:${peerPortOf(server)}`;
}

/** Rejects, with what it says, where a server is a replica that does not have its master's data yet. */
export async function checkLinked(
  server: Pick<RedisServer, 'inspect' | 'port'>,
  options?: InspectOptions,
): Promise<void> {
  const replication = String(await server.inspect(['INFO', 'replication'], options));
  const [trouble] = /^master_link_status:(?!up).*$/m.exec(replication) ?? [];
  if (trouble !== undefined) throw new Error(`${server.port} says ${trouble.trim()}`);
}
