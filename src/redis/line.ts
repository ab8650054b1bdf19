import { Pipeline, type ConnectionOptions, type Environment, type Protocol } from '../core/index.ts';
import type { CredentialSource } from './credential-source.ts';
import { keepAuthenticated } from './renewal-request.ts';
import type { RedisReply } from './reply.ts';
import type { RedisRequest } from './request.ts';

/** A connection to Redis on which many may ask at once. */
export type RedisLine = Pipeline<RedisRequest, RedisReply, RedisReply[]>;

/** Redis, as the core sees it. */
export type RedisProtocol = Protocol<RedisRequest, RedisReply, RedisReply[]>;

/** Starts to connect, for a connection that authenticates anew whenever there are newer credentials. */
export function startLine(
  protocol: RedisProtocol,
  options: ConnectionOptions,
  environment: Environment,
  credentials: CredentialSource,
): RedisLine {
  const line: RedisLine = Pipeline.start(protocol, options, environment);
  keepAuthenticated(line, credentials);
  return line;
}
