import type { InspectOptions } from './redis-inspect.ts';
import { peerAddressOf } from './redis-replication.ts';
import type { RedisServer } from './redis-server.ts';
import { fieldsOf, listOf } from './reply-fields.ts';
import type { RedisValue } from './reply-reader.ts';

/** One that needs longer is left out, so that it does not keep a wait from seeing what the others say. */
const ANSWER_WITHIN_MS = 1_000;

/** What a sentinel says of the master and the replicas that it watches. */
export interface SentinelView {
  readonly sentinel: RedisServer;
  /** Host and port of the master, as clients are told. */
  readonly address: string;
  /** Of the views of several sentinels the one with the greatest is the newest. */
  readonly configEpoch: number;
  /** Whether it sees nothing wrong with the master, and no failover under way. */
  readonly isCalm: boolean;
  readonly knownSentinels: number;
  /** Addresses of the replicas that it sees nothing wrong with, and which have the master's data. */
  readonly goodReplicas: readonly string[];
}

/** What all sentinels are to say. */
export interface ExpectedView {
  readonly master: RedisServer;
  readonly replicas: readonly RedisServer[];
  /** How many there are. */
  readonly sentinels: number;
}

/** Throws, with what is different, unless a view is the one that is expected. */
export function checkView(view: SentinelView, { master, replicas, sentinels }: ExpectedView): void {
  const { sentinel, address, isCalm, knownSentinels, goodReplicas } = view;
  const complain = (what: string): never => {
    throw new Error(`sentinel ${sentinel.port} ${what}`);
  };
  if (address !== peerAddressOf(master)) complain(`says that ${address} is the master`);
  if (!isCalm) complain('does not think that all is well with the master');
  if (knownSentinels !== sentinels) complain(`knows ${knownSentinels} sentinels, not ${sentinels}`);
  for (const replica of replicas) {
    if (!goodReplicas.includes(peerAddressOf(replica))) complain(`does not count on ${replica.port} yet`);
  }
}

/** Asks a sentinel about the master of that name, by default for a second. Rejects when it does not know one. */
export async function askSentinel(
  sentinel: RedisServer,
  name: string,
  options: InspectOptions,
): Promise<SentinelView> {
  const ask = (...command: string[]): Promise<RedisValue> =>
    sentinel.inspect(['SENTINEL', ...command], { timeoutMs: ANSWER_WITHIN_MS, ...options });
  const [told, master, replicas] = await Promise.all([
    ask('GET-MASTER-ADDR-BY-NAME', name),
    ask('MASTER', name),
    ask('REPLICAS', name),
  ]);
  const fields = fieldsOf(master);
  const good = listOf(replicas)
    .map(fieldsOf)
    .filter((replica) => replica.get('flags') === 'slave' && replica.get('master-link-status') === 'ok');
  return {
    sentinel,
    address: listOf(told).join(':'),
    configEpoch: Number(fields.get('config-epoch')),
    isCalm: fields.get('flags') === 'master',
    knownSentinels: Number(fields.get('num-other-sentinels')) + 1,
    goodReplicas: good.map((replica) => `${String(replica.get('ip'))}:${String(replica.get('port'))}`),
  };
}
