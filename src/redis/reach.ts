import { resolveOptions, systemEnvironment, type Environment, type Explanation } from '../core/index.ts';
import type { ExplainedCredentials } from './credential-source.ts';
import type { ResolvedRedisOptions } from './options.ts';
import { SentinelReach } from './sentinel/sentinel-reach.ts';

/** What a client says of how it reaches its server. */
export interface ExplainedReach {
  /** The connection on which a Sentinel tells of failovers; `undefined` without Sentinels, and before one has answered. */
  readonly sentinel: Explanation | undefined;
  /** How credentials are renewed; `undefined` where no function is asked for them. */
  readonly credentials: ExplainedCredentials | undefined;
}

/** How a client reaches its server. */
export interface Reach {
  /** In which all its connections are opened. */
  readonly environment: Environment;
  /** To be called when it may be reached again, though an attempt is not due yet. */
  onMoved(retryNow: () => void): void;
  /** Has its connections authenticate anew, with what the credentials function gives now. */
  renewCredentials(): void;
  explain(): ExplainedReach;
  /** Nothing is opened any more, and nothing of its own is left. */
  end(): Promise<void>;
}

/** Where the options say, or where the Sentinels say; as whoever the options say, as long as the client is open. */
export function reachOf(options: ResolvedRedisOptions, environment: Environment = systemEnvironment): Reach {
  const { connection, credentials, sentinel } = options;
  const { clock, random } = environment;
  const { handshakeTimeoutMs, slowRetryMs } = resolveOptions(connection);
  credentials.begin({ clock, random, limitMs: handshakeTimeoutMs, slowRetryMs });
  const bySentinels = sentinel && new SentinelReach(options, sentinel, environment);
  return {
    environment: bySentinels?.environment ?? environment,
    onMoved: (retryNow) => bySentinels?.onMoved(retryNow),
    renewCredentials: () => credentials.renewNow(),
    explain: () => ({ sentinel: bySentinels?.explainSentinel(), credentials: credentials.explain() }),
    async end() {
      credentials.end();
      await bySentinels?.end();
    },
  };
}
