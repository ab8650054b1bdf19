import type {
  Environment,
  Explanation,
  PoolExplanation,
  PoolReport,
  StateChange,
  WaitOptions,
} from '../core/index.ts';
import type { AskAside } from './aside.ts';
import { startLine, type RedisLine } from './line.ts';
import type { ResolvedRedisOptions } from './options.ts';
import { OwnConnections } from './own-connections.ts';
import { subscriberProtocol } from './pubsub/subscriber-session.ts';
import { Subscriptions } from './pubsub/subscriptions.ts';

/** What {@link Beside} needs. */
export interface BesideGround {
  readonly options: ResolvedRedisOptions;
  readonly environment: Environment;
  /** The connection that calls share. */
  readonly shared: () => RedisLine;
  /** Asks on it. */
  readonly ask: AskAside;
}

/** What is known of what there is beside a shared connection. */
export interface ExplainedBeside {
  /** The connections that belong to one caller each; `undefined` before their first use. */
  readonly dedicated: PoolExplanation | undefined;
  /** The connection for subscriptions alone; `undefined` where there is none, as they are on the shared one. */
  readonly subscriptions: Explanation | undefined;
}

/**
 * What there is beside a connection that calls share: connections that belong to one caller each, and subscriptions, with a
 * connection of their own where the shared one cannot carry them. Each is made when it is first asked for.
 */
export class Beside {
  readonly #ground: BesideGround;
  #own: OwnConnections | undefined;
  #subscriptions: Subscriptions | undefined;
  #life: 'open' | 'closed' = 'open';

  constructor(ground: BesideGround) {
    this.#ground = ground;
  }

  /** Connections that belong to one caller each. */
  get own(): OwnConnections {
    return (this.#own ??= this.#makeOwn());
  }

  /** What is subscribed to. */
  get subscriptions(): Subscriptions {
    return (this.#subscriptions ??= this.#makeSubscriptions());
  }

  /** To be called when the shared connection has changed its state. */
  sharedChanged({ from, cause }: StateChange): void {
    if (from === 'ready') this.#own?.lostAside(cause);
  }

  retryNow(): void {
    this.#own?.leases.retryNow();
    this.#subscriptions?.own?.retryNow();
  }

  explain(): ExplainedBeside {
    return { dedicated: this.#own?.leases.explain(), subscriptions: this.#subscriptions?.own?.explain() };
  }

  /** As `Redis.close()`. To be called after the close of the shared connection, so that nothing more is asked on that. */
  async close(options: WaitOptions | undefined): Promise<PoolReport> {
    this.#life = 'closed';
    const [report] = await Promise.all([
      this.#own?.leases.close(options),
      this.#subscriptions?.close(options),
    ]);
    return report ?? { leasesOut: [] };
  }

  #makeOwn(): OwnConnections {
    const { options, environment, ask } = this.#ground;
    const own = new OwnConnections(options, environment, ask);
    // Whoever asks has chosen this client, or this node, before it was closed.
    if (this.#life === 'closed') void own.leases.close();
    return own;
  }

  #makeSubscriptions(): Subscriptions {
    const { options, environment, shared } = this.#ground;
    const { commands, credentials, subscriptions } = options;
    return new Subscriptions({
      clock: environment.clock,
      stallAfterMs: commands.stallAfterMs,
      shared: shared(),
      openOwn: () => startLine(subscriberProtocol(options), subscriptions, environment, credentials),
    });
  }
}
