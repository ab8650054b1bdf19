import type { Buffer } from 'node:buffer';
import type { CallOptions, Redis, RedisConnection, RedisPool, RedisReply } from 'hawser/redis';
import { expect, expectTypeOf, test } from 'vitest';

interface Person {
  readonly name: string;
  readonly age: number;
}

/** Never called: the compiler reads it. */
function types(redis: Redis, options: CallOptions, person: Person): void {
  expectTypeOf(redis.get('k')).resolves.toEqualTypeOf<string | null>();
  expectTypeOf(redis.get('k', { timeoutMs: 5 })).resolves.toEqualTypeOf<string | null>();
  expectTypeOf(redis.get('k', { buffers: true })).resolves.toEqualTypeOf<Buffer | null>();
  expectTypeOf(redis.get('k', options)).resolves.toEqualTypeOf<string | Buffer | null>();
  expectTypeOf(redis.incr('k')).resolves.toEqualTypeOf<number>();
  expectTypeOf(redis.incr('k', { bigints: true })).resolves.toEqualTypeOf<bigint>();
  expectTypeOf(redis.incr('k', options)).resolves.toEqualTypeOf<number | bigint>();
  expectTypeOf(redis.set('k', 'v', { px: 5, nx: true })).resolves.toEqualTypeOf<'OK' | null>();
  expectTypeOf(redis.set('k', 'v', { get: true })).resolves.toEqualTypeOf<string | null>();
  expectTypeOf(redis.hgetall('h')).resolves.toEqualTypeOf<Record<string, string>>();
  expectTypeOf(redis.hset('h', person)).resolves.toEqualTypeOf<number>();
  expectTypeOf(redis.hset('h', new Map([['a', 1]]))).resolves.toEqualTypeOf<number>();
  expectTypeOf(redis.expire('k', 5)).resolves.toEqualTypeOf<boolean>();
  expectTypeOf(redis.lpop('l')).resolves.toEqualTypeOf<string | null>();
  expectTypeOf(redis.lpop('l', { count: 2 })).resolves.toEqualTypeOf<string[] | null>();
  expectTypeOf(redis.zrange('z', 0, -1)).resolves.toEqualTypeOf<string[]>();
  expectTypeOf(redis.zrange('z', 0, -1, { withscores: true })).resolves.toEqualTypeOf<
    { member: string; score: number }[]
  >();
  expectTypeOf(redis.zadd('z', { score: 1, member: 'a' })).resolves.toEqualTypeOf<number>();
  expectTypeOf(redis.zadd('z', { score: 1, member: 'a' }, { incr: true })).resolves.toEqualTypeOf<
    number | null
  >();
  expectTypeOf(redis.xrange('s', '-', '+')).resolves.toEqualTypeOf<
    { id: string; fields: Record<string, string> }[]
  >();
  expectTypeOf(redis.dump('k')).resolves.toEqualTypeOf<Buffer | null>();
  expectTypeOf(redis.eval('return 1')).resolves.toEqualTypeOf<RedisReply>();
  expectTypeOf(redis.scan()).toEqualTypeOf<AsyncGenerator<string, void, undefined>>();
  expectTypeOf<RedisPool['zadd']>().toEqualTypeOf<Redis['zadd']>();
  expectTypeOf<RedisConnection['watch']>().toEqualTypeOf<Redis['watch']>();
  // @ts-expect-error There is no such option.
  void redis.set('k', 'v', { nxx: true });
  // @ts-expect-error A word that is not one of them.
  void redis.lmove('a', 'b', 'LEFT', 'UP');
  // @ts-expect-error A part is missing.
  void redis.zadd('z', { score: 1 });
  // @ts-expect-error As other clients have it.
  void redis.set('k', 'v', 'EX', 5);
  // @ts-expect-error No value of Redis.
  void redis.hset('h', { f: new Date() });
}

test('the types of methods follow from their options', () => {
  expect(types).toBeTypeOf('function');
});
