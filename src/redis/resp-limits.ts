import { constants } from 'node:buffer';
import { HawserError } from '../core/index.ts';

/** What a decoder accepts from a server at most. At a limit it throws LIMIT_EXCEEDED. */
export interface RespLimits {
  /** One bulk string, verbatim string or bulk error. Default 512 MiB, the most that a server stores by default. */
  readonly maxBulkBytes: number;
  /** One whole reply or push message as it is on the wire, with the attributes in front of it. Default 1 GiB. */
  readonly maxReplyBytes: number;
  /** Aggregates within one another, attributes included. Default 32. */
  readonly maxNesting: number;
  /** The text of one simple string, error, big number or double. Default 64 KiB. */
  readonly maxLineBytes: number;
}

/** The limits unless told otherwise. */
export const DEFAULT_RESP_LIMITS: RespLimits = {
  maxBulkBytes: 536_870_912,
  maxReplyBytes: 1_073_741_824,
  maxNesting: 32,
  maxLineBytes: 65_536,
};

/** The error for a reply that is larger than a limit allows. */
export function beyondLimit(what: string, limit: keyof RespLimits, limits: RespLimits): HawserError {
  return new HawserError('LIMIT_EXCEEDED', `${what} is beyond ${limit} (${limits[limit]})`, {
    outcome: 'unknown',
  });
}

/** The error for a bulk that no string of this JavaScript engine can hold. */
export function tooLongForText(length: number): HawserError {
  const most = constants.MAX_STRING_LENGTH;
  return new HawserError(
    'LIMIT_EXCEEDED',
    `a bulk of ${length} bytes is beyond the longest string (${most}); ask for Buffers`,
    { outcome: 'unknown' },
  );
}

/** The error for bytes that break the protocol. Of what came it tells one byte. */
export function violation(expected: string, byte?: number): HawserError {
  const got = byte === undefined ? '' : `, got byte 0x${byte.toString(16).padStart(2, '0')}`;
  return new HawserError('PROTOCOL_VIOLATION', `expected ${expected}${got}`, { outcome: 'unknown' });
}
