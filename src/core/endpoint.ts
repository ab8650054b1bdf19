import type { Endpoint } from './transport.ts';

/** For people: `host:port`, or the path of a Unix socket. */
export function describeEndpoint(endpoint: Endpoint): string {
  if (endpoint.path !== undefined) return endpoint.path;
  return endpoint.host.includes(':')
    ? `[${endpoint.host}]:${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`;
}
