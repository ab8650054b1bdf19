import { HawserError } from '../core/index.ts';
import type { RedisReplyError } from './errors.ts';
import type { RedisReply } from './reply.ts';

/** Which servers will do: `primary`, those that take writes, or `any`. */
export type RedisRole = 'primary' | 'any';

/** How a server calls itself, in its answers to HELLO and ROLE, when it copies another one. */
const REPLICA_NAMES: ReadonlySet<unknown> = new Set(['replica', 'slave']);
/** Errors that servers give only then. */
const REPLICA_CODES: ReadonlySet<string> = new Set(['READONLY', 'MASTERDOWN']);

/** Whether the answer to HELLO or ROLE is that of a replica. A server that does not tell is taken for a primary. */
export function isFromReplica(reply: RedisReply): boolean {
  const role = reply instanceof Map ? reply.get('role') : Array.isArray(reply) ? reply[0] : undefined;
  return REPLICA_NAMES.has(role);
}

/** Whether the server shows by this error that it is a replica. */
export function showsReplica({ code }: RedisReplyError): boolean {
  return REPLICA_CODES.has(code);
}

/** Why a server will not do; `refusal` is what has shown it, where that was not the handshake. */
export function wrongRole(refusal?: RedisReplyError): HawserError {
  const found = refusal === undefined ? 'is a replica' : `is a replica by now (${refusal.code})`;
  const message = `the server ${found}, and a primary is wanted; role: 'any' takes replicas`;
  return new HawserError('WRONG_ROLE', message, { outcome: 'not-sent', cause: refusal });
}
