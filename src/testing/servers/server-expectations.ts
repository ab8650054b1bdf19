import {
  anObject,
  BOOLEAN,
  NUMBER,
  optional,
  SIGNAL,
  TEXT,
  TEXTS,
  type Expectations,
} from '../check-options.ts';
import type { RedisServerOptions } from './redis-server-options.ts';

type OfOneServer = 'port' | 'replicaOf' | 'clusterNode' | 'sentinelOf';

const PEER = anObject('a RedisServer, or a host and port', {
  host: TEXT,
  port: NUMBER,
  ...optional({ tlsPort: NUMBER, password: TEXT }),
});

/** Of each of several servers. */
export const NODE_EXPECTATIONS: Expectations<Omit<RedisServerOptions, OfOneServer>> = optional({
  binary: anObject('what findRedis() finds', { serverPath: TEXT, kind: TEXT, version: TEXT }),
  launcher: TEXTS,
  args: TEXTS,
  appendOnly: BOOLEAN,
  password: TEXT,
  users: TEXTS,
  tls: anObject('an object with the paths cert, key and ca', { cert: TEXT, key: TEXT, ca: TEXT }),
  unixSocket: BOOLEAN,
  host: TEXT,
  timeoutMs: NUMBER,
  signal: SIGNAL,
});

export const SERVER_EXPECTATIONS: Expectations<RedisServerOptions> = {
  ...NODE_EXPECTATIONS,
  ...optional({
    port: NUMBER,
    replicaOf: PEER,
    clusterNode: BOOLEAN,
    sentinelOf: anObject('an object with the master', {
      master: PEER,
      ...optional({ name: TEXT, quorum: NUMBER }),
    }),
  }),
};
