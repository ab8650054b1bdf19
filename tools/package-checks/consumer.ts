// What a user's first file may look like. It is compiled and run against the packed copy, with the checks of declaration
// files on, since a declaration that only compiles in this project is of no use to anyone else.
import { ERROR_CODES, HawserError, type ErrorCode, type Outcome } from 'hawser';
import * as redis from 'hawser/redis';
import * as testing from 'hawser/testing';

/** What is known of a failed call. */
export function outcomeOf(error: unknown): Outcome | undefined {
  return error instanceof HawserError ? error.outcome : undefined;
}

const code: ErrorCode = 'NOT_CONNECTED';
const error = new HawserError(code, 'an example', { outcome: 'not-sent' });
if (!ERROR_CODES.includes(code) || outcomeOf(error) !== 'not-sent')
  throw new Error('The packed copy is broken');

console.log(`hawser/redis: ${Object.keys(redis).join(', ')}`);
console.log(`hawser/testing: ${Object.keys(testing).join(', ')}`);
