import type { RedisOptions } from 'hawser/redis';
import { resp, SimulatedRedis, type SimulatedRedisAnswer } from 'hawser/testing';
import { ENDPOINT, RedisWorld } from './redis-world.ts';

const PORT = 26_379;
export const SENTINELS = ['one.test', 'two.test', 'three.test'].map((host) => ({ host, port: PORT }));
export const OTHER = { host: 'other.test', port: 6379 } as const;
type Place = { readonly host: string; readonly port: number };

/** What a Sentinel says of a replica. */
export interface ReplicaOfView extends Place {
  /** Default: `slave`. */
  readonly flags?: string;
  /** Default: `ok`. */
  readonly link?: 'ok' | 'err';
}

/** What a Sentinel says. */
export interface View {
  primary: Place;
  epoch: number;
  others: readonly Place[];
  replicas: readonly ReplicaOfView[];
  knows: boolean;
  /** Takes what comes, and never answers. */
  isSilent: boolean;
}

/** Three Sentinels, the primary that they name, and another server that may become it. */
export class SentinelWorld extends RedisWorld {
  readonly sentinels: readonly SimulatedRedis[];
  readonly views: readonly View[];
  readonly other: SimulatedRedis;

  constructor() {
    super();
    const { clock } = this;
    this.other = new SimulatedRedis({ clock });
    this.network.listen(OTHER, this.other.accept);
    this.views = SENTINELS.map(() => ({
      primary: ENDPOINT,
      epoch: 1,
      others: [],
      replicas: [],
      knows: true,
      isSilent: false,
    }));
    this.sentinels = SENTINELS.map((endpoint, index) => {
      const sentinel = new SimulatedRedis({ clock });
      const view = this.views[index]!;
      for (const name of ['HELLO', 'PING']) {
        sentinel.on(name, () => (view.isSilent ? 'silence' : undefined));
      }
      sentinel.on('SENTINEL', ({ command: { text } }) => (view.isSilent ? 'silence' : answerOf(text, view)));
      this.network.listen(endpoint, sentinel.accept);
      return sentinel;
    });
  }

  options(given: RedisOptions = {}): RedisOptions {
    return { endpoints: SENTINELS, sentinel: { group: 'main' }, ...given };
  }

  /** All Sentinels know of the new primary; those that are named tell of it. */
  replace(...telling: number[]): void {
    for (const view of this.views) Object.assign(view, { primary: OTHER, epoch: view.epoch + 1 });
    for (const index of telling) {
      this.sentinels[index]!.publish('+switch-master', 'main redis.test 6379 other.test 6379');
    }
  }

  /** Whom clients have dialled, in order, since a dial. */
  dialled(since = 0): string[] {
    return this.network.dials.slice(since).map(({ endpoint }) => String(endpoint.host));
  }
}

/** What a Sentinel of this view answers. */
export function answerOf(
  text: string,
  { primary, epoch, others, replicas, knows }: View,
): SimulatedRedisAnswer {
  const bulks = (...texts: (string | number)[]): Uint8Array =>
    resp.array(texts.map((each) => resp.bulk(String(each))));
  const [, subcommand] = text.split(' ');
  if (subcommand === 'GET-MASTER-ADDR-BY-NAME') {
    return { bytes: knows ? bulks(primary.host, primary.port) : '*-1\r\n' };
  }
  if (!knows) return { bytes: resp.error('ERR No such master with that name') };
  if (subcommand === 'MASTER') return { bytes: bulks('name', 'main', 'config-epoch', epoch) };
  if (subcommand === 'REPLICAS') {
    const fields = replicas.map(({ host, port, flags = 'slave', link = 'ok' }) =>
      bulks('ip', host, 'port', port, 'flags', flags, 'master-link-status', link),
    );
    return { bytes: resp.array(fields) };
  }
  return { bytes: resp.array(others.map(({ host, port }) => bulks('ip', host, 'port', port))) };
}
