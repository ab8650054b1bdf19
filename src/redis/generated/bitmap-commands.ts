// Made by `npm run generate:commands`; see scripts/commands.
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsNumbers, CallOptions } from '../call-options.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link BitmapCommands.bitcount}. */
export interface BitcountOptions extends CallOptions {
  /** `start end [BYTE | BIT]` */
  readonly start?: number | bigint | undefined;
  /** `start end [BYTE | BIT]` */
  readonly end?: number | bigint | undefined;
  /** `BYTE` */
  readonly byte?: boolean | undefined;
  /** `BIT` */
  readonly bit?: boolean | undefined;
}

/** Options of {@link BitmapCommands.bitpos}. */
export interface BitposOptions extends CallOptions {
  /** `start [end [BYTE | BIT]]` */
  readonly start?: number | bigint | undefined;
  /** `end [BYTE | BIT]` */
  readonly end?: number | bigint | undefined;
  /** `BYTE` */
  readonly byte?: boolean | undefined;
  /** `BIT` */
  readonly bit?: boolean | undefined;
}

/** Commands of the group bitmap. */
export interface BitmapCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Count set bits in a string.
   *
   * `BITCOUNT key [start end [BYTE | BIT]]`, since 2.6.0. O(N).
   */
  bitcount(key: RedisArgument, options?: BitcountOptions & AsNumbers): Answers<number>[As];
  bitcount(key: RedisArgument, options: BitcountOptions & AsBigints): Answers<bigint>[As];
  bitcount(key: RedisArgument, options?: BitcountOptions): Answers<number | bigint>[As];

  /**
   * Perform arbitrary bitfield integer operations on strings.
   *
   * `BITFIELD key <GET encoding offset | OVERFLOW <WRAP | SAT | FAIL> | SET encoding offset value | INCRBY encoding offset increment>`, since 3.2.0. O(1) for each subcommand specified.
   */
  bitfield(key: RedisArgument, operations: { readonly get: { readonly encoding: RedisArgument; readonly offset: RedisArgument } } | { readonly overflow: 'WRAP' | 'SAT' | 'FAIL' } | { readonly set: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly value: number | bigint } } | { readonly incrby: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly increment: number | bigint } } | readonly ({ readonly get: { readonly encoding: RedisArgument; readonly offset: RedisArgument } } | { readonly overflow: 'WRAP' | 'SAT' | 'FAIL' } | { readonly set: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly value: number | bigint } } | { readonly incrby: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly increment: number | bigint } })[], options?: CallOptions & AsNumbers): Answers<(number | null)[]>[As];
  bitfield(key: RedisArgument, operations: { readonly get: { readonly encoding: RedisArgument; readonly offset: RedisArgument } } | { readonly overflow: 'WRAP' | 'SAT' | 'FAIL' } | { readonly set: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly value: number | bigint } } | { readonly incrby: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly increment: number | bigint } } | readonly ({ readonly get: { readonly encoding: RedisArgument; readonly offset: RedisArgument } } | { readonly overflow: 'WRAP' | 'SAT' | 'FAIL' } | { readonly set: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly value: number | bigint } } | { readonly incrby: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly increment: number | bigint } })[], options: CallOptions & AsBigints): Answers<(bigint | null)[]>[As];
  bitfield(key: RedisArgument, operations: { readonly get: { readonly encoding: RedisArgument; readonly offset: RedisArgument } } | { readonly overflow: 'WRAP' | 'SAT' | 'FAIL' } | { readonly set: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly value: number | bigint } } | { readonly incrby: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly increment: number | bigint } } | readonly ({ readonly get: { readonly encoding: RedisArgument; readonly offset: RedisArgument } } | { readonly overflow: 'WRAP' | 'SAT' | 'FAIL' } | { readonly set: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly value: number | bigint } } | { readonly incrby: { readonly encoding: RedisArgument; readonly offset: RedisArgument; readonly increment: number | bigint } })[], options?: CallOptions): Answers<(number | bigint | null)[]>[As];

  /**
   * Perform arbitrary bitfield integer operations on strings. Read-only variant of BITFIELD.
   *
   * `BITFIELD_RO key GET encoding offset ...`, since 6.0.0. O(1) for each subcommand specified.
   */
  bitfieldRo(key: RedisArgument, gets: { readonly encoding: RedisArgument; readonly offset: RedisArgument } | readonly ({ readonly encoding: RedisArgument; readonly offset: RedisArgument })[], options?: CallOptions & AsNumbers): Answers<number[]>[As];
  bitfieldRo(key: RedisArgument, gets: { readonly encoding: RedisArgument; readonly offset: RedisArgument } | readonly ({ readonly encoding: RedisArgument; readonly offset: RedisArgument })[], options: CallOptions & AsBigints): Answers<bigint[]>[As];
  bitfieldRo(key: RedisArgument, gets: { readonly encoding: RedisArgument; readonly offset: RedisArgument } | readonly ({ readonly encoding: RedisArgument; readonly offset: RedisArgument })[], options?: CallOptions): Answers<(number | bigint)[]>[As];

  /**
   * Perform bitwise operations between strings.
   *
   * `BITOP <AND | OR | XOR | NOT> destkey key ...`, since 2.6.0. O(N).
   */
  bitop(operation: 'AND' | 'OR' | 'XOR' | 'NOT', destkey: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: CallOptions & AsNumbers): Answers<number>[As];
  bitop(operation: 'AND' | 'OR' | 'XOR' | 'NOT', destkey: RedisArgument, key: RedisArgument | readonly RedisArgument[], options: CallOptions & AsBigints): Answers<bigint>[As];
  bitop(operation: 'AND' | 'OR' | 'XOR' | 'NOT', destkey: RedisArgument, key: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Find first bit set or clear in a string.
   *
   * `BITPOS key bit [start [end [BYTE | BIT]]]`, since 2.8.7. O(N).
   */
  bitpos(key: RedisArgument, bit: number | bigint, options?: BitposOptions & AsNumbers): Answers<number>[As];
  bitpos(key: RedisArgument, bit: number | bigint, options: BitposOptions & AsBigints): Answers<bigint>[As];
  bitpos(key: RedisArgument, bit: number | bigint, options?: BitposOptions): Answers<number | bigint>[As];

  /**
   * Returns the bit value at offset in the string value stored at key.
   *
   * `GETBIT key offset`, since 2.2.0. O(1).
   */
  getbit(key: RedisArgument, offset: number | bigint, options?: CallOptions & AsNumbers): Answers<number>[As];
  getbit(key: RedisArgument, offset: number | bigint, options: CallOptions & AsBigints): Answers<bigint>[As];
  getbit(key: RedisArgument, offset: number | bigint, options?: CallOptions): Answers<number | bigint>[As];

  /**
   * Sets or clears the bit at offset in the string value stored at key.
   *
   * `SETBIT key offset value`, since 2.2.0. O(1).
   */
  setbit(key: RedisArgument, offset: number | bigint, value: number | bigint, options?: CallOptions & AsNumbers): Answers<number>[As];
  setbit(key: RedisArgument, offset: number | bigint, value: number | bigint, options: CallOptions & AsBigints): Answers<bigint>[As];
  setbit(key: RedisArgument, offset: number | bigint, value: number | bigint, options?: CallOptions): Answers<number | bigint>[As];
}
