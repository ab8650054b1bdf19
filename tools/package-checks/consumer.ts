// What a user's first file may look like. It is compiled and run against the packed copy, with the checks of declaration
// files on, since a declaration that only compiles in this project is of no use to anyone else.
import {
  Connection,
  ERROR_CODES,
  HawserError,
  Pool,
  type CallDirective,
  type ErrorCode,
  type From,
  type Outcome,
  type PoolSource,
} from 'hawser';
import * as redis from 'hawser/redis';
import * as cluster from 'hawser/redis/cluster';
import * as testing from 'hawser/testing';

/** What is known of a failed call. */
export function outcomeOf(error: unknown): Outcome | undefined {
  return error instanceof HawserError ? error.outcome : undefined;
}

const code: ErrorCode = 'NOT_CONNECTED';
const error = new HawserError(code, 'an example', { outcome: 'not-sent' });
if (!ERROR_CODES.includes(code) || outcomeOf(error) !== 'not-sent')
  throw new Error('The packed copy is broken');

/** A behaviour of a user's own. */
class Counter extends Connection<number, 'next', number> {
  override handleCall(_request: 'next', _from: From<number>, state: number): CallDirective<number, number> {
    return { do: 'reply', value: state, state: state + 1 };
  }
}

/** A source of a user's own. */
const letters: PoolSource<string, string> = {
  name: 'letters',
  open: async () => 'a',
  lend: (letter) => ({ connection: letter, end: () => 'clean' }),
  close: async () => {},
};

{
  await using counter = await Counter.start(41);
  await counter.call('next');
  await using pool = Pool.start(letters, { max: 1 });
  await using lease = await pool.checkout();
  if ((await counter.call('next')) !== 42 || lease.connection !== 'a')
    throw new Error('The packed copy is broken');
}

console.log(`hawser/redis: ${Object.keys(redis).join(', ')}`);
console.log(`hawser/redis/cluster: ${Object.keys(cluster).join(', ')}`);
console.log(`hawser/testing: ${Object.keys(testing).join(', ')}`);
