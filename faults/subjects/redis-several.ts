import { Redis } from 'hawser/redis';
import { RedisClusterClient } from 'hawser/redis/cluster';
import type { Subject } from '../subject.ts';
import { redisCluster, redisSentinels } from '../systems/redis-several.ts';
import type { Tempo } from '../tempo.ts';
import { callsOf, notZero, optionsOf, sharedRedis, urlOf, type Limits } from './hawser-redis.ts';

/** All that there are here, as a process of the lab asks for them. */
export function subjects(tempo: Tempo): readonly Subject[] {
  return [sentinelRedis(tempo), clusterRedis(tempo)];
}

/** What the Sentinels that the lab starts call what they watch. */
const GROUP = 'main';
/** Those that may be asked at once for the primary, one that is cut off among them, and the one that is listened to. */
const SENTINELS = 5;
/** The masters that the lab starts. */
const MASTERS = 3;

/** The shared one, whose primary is found by Sentinels. */
function sentinelRedis(tempo: Limits): Subject {
  return {
    ...sharedRedis(tempo),
    name: 'redis-sentinel',
    module: import.meta.url,
    system: redisSentinels,
    setting: 'sentinels',
    socketsMax: 1 + SENTINELS,
    dialers: 1 + SENTINELS,
    open(access) {
      const client = Redis.start(urlOf(access), { ...optionsOf(access, tempo), sentinel: { group: GROUP } });
      return { ...callsOf(client), oddBooks: () => notZero(client.explain(), ['waiting', 'inFlight']) };
    },
  };
}

/** The client of a Redis Cluster: a connection to each master, which all callers share. */
function clusterRedis(tempo: Limits): Subject {
  return {
    ...sharedRedis(tempo),
    name: 'redis-cluster',
    module: import.meta.url,
    system: redisCluster,
    setting: 'cluster',
    // To each of them one that it has and one that is on its way.
    socketsMax: 2 * MASTERS,
    dialers: MASTERS,
    open(access) {
      const client = RedisClusterClient.start(urlOf(access), optionsOf(access, tempo));
      const odd = (): string[] =>
        Object.values(client.explain().nodes).flatMap(({ connection }) =>
          connection === undefined ? [] : notZero(connection, ['waiting', 'inFlight']),
        );
      return { ...callsOf(client), oddBooks: odd };
    },
  };
}
