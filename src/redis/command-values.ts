import type { RedisArgument } from './argument-text.ts';

/** An object of arguments by their names; an interface will do as well as a type. */
export type Values<V> = Readonly<Record<keyof V, RedisArgument>>;

/** Names and their values, where a name may be a Uint8Array. */
export type RedisPairs = ReadonlyMap<RedisArgument, RedisArgument>;

/** A member of a geospatial index, with what was asked about it. */
export interface RedisPlace<Text, Integer> {
  readonly member: Text;
  /** In the unit of the command; with `withdist`. */
  readonly distance?: number;
  /** The score that it is kept under; with `withhash`. */
  readonly hash?: Integer;
  /** With `withcoord`. */
  readonly position?: { readonly longitude: number; readonly latitude: number };
}
