import {
  checkGroup,
  describeEndpoint,
  invalidOption,
  resolveOptions,
  type ConnectionOptions,
  type Endpoint,
  type TlsOptions,
} from '../../core/index.ts';
import { checkCredentials, type CredentialsFunction, type RedisCredentials } from '../credentials.ts';
import type { RedisRole } from '../role.ts';

/** What the Sentinels are asked for, and how they are reached. */
export interface SentinelOptions {
  /** What the Sentinels call the primary and its replicas together: `mymaster` in their own example. */
  readonly group: string;
  /** Who to authenticate as with the Sentinels, or a function that is asked at each connect. Default: nobody. */
  readonly credentials?: RedisCredentials | CredentialsFunction | undefined;
  /** Speak TLS with the Sentinels; `true` for TLS with the defaults. Default `false`, whatever the URL says. */
  readonly tls?: boolean | TlsOptions | undefined;
}

/** {@link SentinelOptions}, checked and complete. */
export interface ResolvedSentinel {
  readonly group: string;
  /** Which of the group's servers. */
  readonly wanted: 'primary' | 'replica';
  readonly credentials: SentinelOptions['credentials'];
  /** Of a connection to any of the Sentinels that were listed. */
  readonly connection: ConnectionOptions;
}

export const SENTINEL_PORT = 26_379;
/** Replicas that are dialled in turn without a pause: Sentinels notice late that one is gone. */
export const REPLICAS_IN_A_PASS = 2;

/** `common` is how a connection to the server behaves. Throws INVALID_OPTION. */
export function resolveSentinel(
  given: SentinelOptions,
  role: RedisRole,
  endpoints: readonly Endpoint[],
  common: Omit<ConnectionOptions, 'endpoints' | 'tls'>,
): ResolvedSentinel {
  checkGroup('sentinel', given, { group: true, credentials: true, tls: true });
  const { group, credentials, tls = false } = given;
  if (typeof group !== 'string' || group === '') throw invalidOption('sentinel.group', 'a name', group);
  const { connectTimeoutMs, stallAfterMs, backoff, slowRetryMs } = common;
  const { name, ...checked } = resolveOptions({
    connectTimeoutMs,
    stallAfterMs,
    backoff,
    slowRetryMs,
    endpoints,
    tls: tlsOptionsOf(tls),
  });
  return {
    group,
    wanted: role === 'replica' ? 'replica' : 'primary',
    credentials: checkCredentials(credentials, 'sentinel.credentials'),
    connection: { ...checked, name: `${common.name ?? `${group} by ${name}`} (sentinel)` },
  };
}

/** Where a server is dialled, and what the connection is called unless it has a name: nobody knows its address yet. */
export function namedBySentinels(
  { group, wanted, connection }: ResolvedSentinel,
  name: string | undefined,
): Pick<ConnectionOptions, 'endpoints' | 'name'> {
  const sentinels = connection.endpoints.map(describeEndpoint).join(',');
  if (wanted === 'primary') {
    return { endpoints: [{ path: `the primary of ${group}` }], name: name ?? `${group} by ${sentinels}` };
  }
  return {
    endpoints: Array.from({ length: REPLICAS_IN_A_PASS }, () => ({ path: `a replica of ${group}` })),
    name: name ?? `replicas of ${group} by ${sentinels}`,
  };
}

/** What `true` and `false` stand for. */
export function tlsOptionsOf(tls: boolean | TlsOptions): TlsOptions | undefined {
  if (tls === true) return {};
  return tls === false ? undefined : tls;
}
