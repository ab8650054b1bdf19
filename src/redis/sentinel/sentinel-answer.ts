import { HawserError, Pipeline, type Endpoint, type Environment } from '../../core/index.ts';
import { RedisReplyError } from '../errors.ts';
import type { ResolvedRedisOptions } from '../options.ts';
import { PLAIN_FORM, textOf, type RedisReply } from '../reply.ts';
import { RedisRequest } from '../request.ts';
import { encodeCommand } from '../resp-encoder.ts';
import { redisProtocol } from '../session.ts';
import { replicaViewOf, type ReplicaView } from './replica-view.ts';
import { isSame } from './sentinel-group.ts';
import type { ResolvedSentinel } from './sentinel-options.ts';

/** How any Sentinel is reached, and asked for what. */
export interface SentinelLine {
  readonly environment: Environment;
  readonly sentinel: ResolvedSentinel;
  /** Of a session with a Sentinel. */
  readonly session: ResolvedRedisOptions;
}

/** What one Sentinel says of the group. */
export interface SentinelAnswer {
  /** The one that was asked. */
  readonly from: Endpoint;
  readonly primary: Endpoint;
  /** Number of the configuration: of two answers the one with the greater is newer. `undefined` where it is not told. */
  readonly epoch: number | undefined;
  /** Sentinels besides. */
  readonly others: readonly Endpoint[];
  /** Asked for, and told, only where a replica is wanted. The primary is none of them. */
  readonly replicas: readonly ReplicaView[];
}

/**
 * Asks one Sentinel, on a connection of its own. Resolves to `undefined` when it does not know the group. Rejects with why there
 * is no answer: with a RedisReplyError or HANDSHAKE_REFUSED where it was refused. Nothing is left when it has settled.
 */
export async function askSentinel(
  { environment, sentinel, session }: SentinelLine,
  from: Endpoint,
  limitMs: number,
  signal: AbortSignal,
): Promise<SentinelAnswer | undefined> {
  const { group, connection, wanted } = sentinel;
  const limits = { timeoutMs: limitMs, connectTimeoutMs: limitMs, handshakeTimeoutMs: limitMs };
  const options = { ...connection, ...limits, endpoints: [from], signal };
  const pipeline = await Pipeline.connectOnce(redisProtocol(session), options, environment);
  try {
    const ask = async (subcommand: string): Promise<RedisReply> =>
      pipeline.submit(sentinelRequest(subcommand, group), { signal });
    const [address, details, others, replicas] = await Promise.all([
      ask('GET-MASTER-ADDR-BY-NAME'),
      // What a user is not allowed to ask is done without.
      ask('MASTER').catch(nothingIfRefused),
      ask('SENTINELS').catch(nothingIfRefused),
      wanted === 'replica' ? ask('REPLICAS').catch(refusalOf) : [],
    ]);
    if (address === null) return undefined;
    const primary = Array.isArray(address) ? endpointOf(address[0], address[1]) : undefined;
    if (primary === undefined) throw noAddress();
    if (replicas instanceof RedisReplyError) throw replicas;
    return {
      from,
      primary,
      epoch: epochIn(details),
      others: endpointsIn(others),
      replicas: replicasIn(replicas).filter(({ endpoint }) => !isSame(endpoint, primary)),
    };
  } finally {
    await pipeline.close({ timeoutMs: 0 });
  }
}

function sentinelRequest(subcommand: string, group: string): RedisRequest {
  const { data, bytes } = encodeCommand(['SENTINEL', subcommand, group]);
  return new RedisRequest('SENTINEL', data, bytes, false, PLAIN_FORM, undefined, undefined);
}

function nothingIfRefused(error: unknown): null {
  if (error instanceof RedisReplyError) return null;
  throw error;
}

/** Also of a group that the Sentinel does not know, which is another matter. */
function refusalOf(error: unknown): RedisReplyError {
  if (error instanceof RedisReplyError) return error;
  throw error;
}

function epochIn(details: RedisReply): number | undefined {
  const epoch = fieldsOf(details).get('config-epoch');
  return epoch !== undefined && /^\d{1,15}$/.test(epoch) ? Number(epoch) : undefined;
}

function endpointsIn(reply: RedisReply): Endpoint[] {
  return serversIn(reply).map(({ endpoint }) => endpoint);
}

function replicasIn(reply: RedisReply): ReplicaView[] {
  return serversIn(reply).map(({ endpoint, fields }) => replicaViewOf(endpoint, fields));
}

function serversIn(
  reply: RedisReply,
): { readonly endpoint: Endpoint; readonly fields: ReadonlyMap<string, string> }[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((item) => {
    const fields = fieldsOf(item);
    const endpoint = endpointOf(fields.get('ip'), fields.get('port'));
    return endpoint === undefined ? [] : [{ endpoint, fields }];
  });
}

/** A map of RESP3, or the flat array that stands for it in RESP2. */
function fieldsOf(reply: RedisReply): ReadonlyMap<string, string> {
  if (reply instanceof Map) return new Map([...reply].map(([name, value]) => [textOf(name), textOf(value)]));
  const fields = new Map<string, string>();
  if (!Array.isArray(reply)) return fields;
  for (let at = 0; at + 1 < reply.length; at += 2) fields.set(textOf(reply[at]), textOf(reply[at + 1]));
  return fields;
}

function endpointOf(host: RedisReply | undefined, port: RedisReply | undefined): Endpoint | undefined {
  const number = Number(textOf(port));
  const isPort = Number.isInteger(number) && number >= 1 && number <= 65_535;
  return textOf(host) !== '' && isPort ? { host: textOf(host), port: number } : undefined;
}

function noAddress(): HawserError {
  const message = 'expected a host and a port from the Sentinel, got another reply';
  return new HawserError('PROTOCOL_VIOLATION', message, { outcome: 'refused' });
}
