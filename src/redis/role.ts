import { HawserError } from '../core/index.ts';
import type { RedisReplyError } from './errors.ts';
import type { RedisReply } from './reply.ts';

/** Which servers will do: `primary`, those that take writes, `replica`, those that copy another one, or `any`. */
export type RedisRole = 'primary' | 'replica' | 'any';

/** How servers call themselves in their answers to HELLO and ROLE. */
const ROLES: ReadonlyMap<unknown, RedisRole> = new Map([
  ['master', 'primary'],
  ['primary', 'primary'],
  ['slave', 'replica'],
  ['replica', 'replica'],
]);

/** Throws WRONG_ROLE when a server that is in another role than is wanted has answered HELLO or ROLE. One that does not tell will do. */
export function assertRole(wanted: RedisRole, reply: RedisReply): void {
  const name = reply instanceof Map ? reply.get('role') : Array.isArray(reply) ? reply[0] : undefined;
  const role = ROLES.get(name);
  if (wanted !== 'any' && role !== undefined && role !== wanted) throw wrongRole(`is a ${role}`, wanted);
}

/** Why a server that has refused a command so is to be left; `undefined` where it will do as ever. */
export function reasonToLeave(wanted: RedisRole, refusal: RedisReplyError): HawserError | undefined {
  const { code } = refusal;
  // Only replicas say this.
  if (wanted === 'primary' && (code === 'READONLY' || code === 'MASTERDOWN')) {
    return wrongRole(`is a replica by now (${code})`, wanted, refusal);
  }
  if (wanted !== 'replica' || code !== 'MASTERDOWN') return undefined;
  const message = 'the replica has lost its primary, and serves nothing (MASTERDOWN)';
  return new HawserError('CONNECTION_LOST', message, { outcome: 'unknown', cause: refusal });
}

function wrongRole(found: string, wanted: 'primary' | 'replica', cause?: RedisReplyError): HawserError {
  const others = wanted === 'primary' ? 'replicas' : 'primaries';
  const message = `the server ${found}, and a ${wanted} is wanted; role: 'any' takes ${others}`;
  return new HawserError('WRONG_ROLE', message, { outcome: 'not-sent', cause });
}
