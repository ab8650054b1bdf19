// Made by `npm run generate:commands`; see scripts/commands.
import type { Buffer } from 'node:buffer';
import type { RedisArgument } from '../argument-text.ts';
import type { AsBigints, AsBuffers, AsNumbers, AsText, CallOptions } from '../call-options.ts';
import type { RedisPlace } from '../command-values.ts';
import type { Answers } from '../typed-command.ts';

/** Options of {@link GeoCommands.geoadd}. */
export interface GeoaddOptions extends CallOptions {
  /** `NX` */
  readonly nx?: boolean | undefined;
  /** `XX` */
  readonly xx?: boolean | undefined;
  /** `CH` */
  readonly ch?: boolean | undefined;
}

/** Options of {@link GeoCommands.geodist}. */
export interface GeodistOptions extends CallOptions {
  /** `M` */
  readonly m?: boolean | undefined;
  /** `KM` */
  readonly km?: boolean | undefined;
  /** `FT` */
  readonly ft?: boolean | undefined;
  /** `MI` */
  readonly mi?: boolean | undefined;
}

/** Options of {@link GeoCommands.georadius}. */
export interface GeoradiusOptions extends CallOptions {
  /** `WITHCOORD` */
  readonly withcoord?: boolean | undefined;
  /** `WITHDIST` */
  readonly withdist?: boolean | undefined;
  /** `WITHHASH` */
  readonly withhash?: boolean | undefined;
  /** `COUNT count [ANY]` */
  readonly count?: number | bigint | undefined;
  /** `ANY` */
  readonly any?: boolean | undefined;
  /** `ASC` */
  readonly asc?: boolean | undefined;
  /** `DESC` */
  readonly desc?: boolean | undefined;
  /** `STORE store` */
  readonly store?: RedisArgument | undefined;
  /** `STOREDIST storedist` */
  readonly storedist?: RedisArgument | undefined;
}

/** Options of {@link GeoCommands.georadiusbymember}. */
export interface GeoradiusbymemberOptions extends CallOptions {
  /** `WITHCOORD` */
  readonly withcoord?: boolean | undefined;
  /** `WITHDIST` */
  readonly withdist?: boolean | undefined;
  /** `WITHHASH` */
  readonly withhash?: boolean | undefined;
  /** `COUNT count [ANY]` */
  readonly count?: number | bigint | undefined;
  /** `ANY` */
  readonly any?: boolean | undefined;
  /** `ASC` */
  readonly asc?: boolean | undefined;
  /** `DESC` */
  readonly desc?: boolean | undefined;
  /** `STORE store` */
  readonly store?: RedisArgument | undefined;
  /** `STOREDIST storedist` */
  readonly storedist?: RedisArgument | undefined;
}

/** Options of {@link GeoCommands.georadiusbymemberRo}. */
export interface GeoradiusbymemberRoOptions extends CallOptions {
  /** `WITHCOORD` */
  readonly withcoord?: boolean | undefined;
  /** `WITHDIST` */
  readonly withdist?: boolean | undefined;
  /** `WITHHASH` */
  readonly withhash?: boolean | undefined;
  /** `COUNT count [ANY]` */
  readonly count?: number | bigint | undefined;
  /** `ANY` */
  readonly any?: boolean | undefined;
  /** `ASC` */
  readonly asc?: boolean | undefined;
  /** `DESC` */
  readonly desc?: boolean | undefined;
}

/** Options of {@link GeoCommands.georadiusRo}. */
export interface GeoradiusRoOptions extends CallOptions {
  /** `WITHCOORD` */
  readonly withcoord?: boolean | undefined;
  /** `WITHDIST` */
  readonly withdist?: boolean | undefined;
  /** `WITHHASH` */
  readonly withhash?: boolean | undefined;
  /** `COUNT count [ANY]` */
  readonly count?: number | bigint | undefined;
  /** `ANY` */
  readonly any?: boolean | undefined;
  /** `ASC` */
  readonly asc?: boolean | undefined;
  /** `DESC` */
  readonly desc?: boolean | undefined;
}

/** Options of {@link GeoCommands.geosearch}. */
export interface GeosearchOptions extends CallOptions {
  /** `ASC` */
  readonly asc?: boolean | undefined;
  /** `DESC` */
  readonly desc?: boolean | undefined;
  /** `COUNT count [ANY]` */
  readonly count?: number | bigint | undefined;
  /** `ANY` */
  readonly any?: boolean | undefined;
  /** `WITHCOORD` */
  readonly withcoord?: boolean | undefined;
  /** `WITHDIST` */
  readonly withdist?: boolean | undefined;
  /** `WITHHASH` */
  readonly withhash?: boolean | undefined;
}

/** Options of {@link GeoCommands.geosearchstore}. */
export interface GeosearchstoreOptions extends CallOptions {
  /** `ASC` */
  readonly asc?: boolean | undefined;
  /** `DESC` */
  readonly desc?: boolean | undefined;
  /** `COUNT count [ANY]` */
  readonly count?: number | bigint | undefined;
  /** `ANY` */
  readonly any?: boolean | undefined;
  /** `STOREDIST` */
  readonly storedist?: boolean | undefined;
}

/** Commands of the group geo. */
export interface GeoCommands<As extends keyof Answers<unknown> = 'promise'> {
  /**
   * Add one or more geospatial items in the geospatial index represented using a sorted set.
   *
   * `GEOADD key [NX | XX] [CH] longitude latitude member ...`, since 3.2.0. O(log(N)) for each item added, where N is the number of elements in the sorted set.
   */
  geoadd(key: RedisArgument, items: { readonly longitude: number; readonly latitude: number; readonly member: RedisArgument } | readonly ({ readonly longitude: number; readonly latitude: number; readonly member: RedisArgument })[], options?: GeoaddOptions & AsNumbers): Answers<number>[As];
  geoadd(key: RedisArgument, items: { readonly longitude: number; readonly latitude: number; readonly member: RedisArgument } | readonly ({ readonly longitude: number; readonly latitude: number; readonly member: RedisArgument })[], options: GeoaddOptions & AsBigints): Answers<bigint>[As];
  geoadd(key: RedisArgument, items: { readonly longitude: number; readonly latitude: number; readonly member: RedisArgument } | readonly ({ readonly longitude: number; readonly latitude: number; readonly member: RedisArgument })[], options?: GeoaddOptions): Answers<number | bigint>[As];

  /**
   * Returns the distance between two members of a geospatial index.
   *
   * `GEODIST key member1 member2 [M | KM | FT | MI]`, since 3.2.0. O(log(N)).
   */
  geodist(key: RedisArgument, member1: RedisArgument, member2: RedisArgument, options?: GeodistOptions): Answers<number | null>[As];

  /**
   * Returns members of a geospatial index as standard geohash strings.
   *
   * `GEOHASH key member ...`, since 3.2.0. O(log(N)) for each member requested, where N is the number of elements in the sorted set.
   */
  geohash(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<(string | null)[]>[As];

  /**
   * Returns longitude and latitude of members of a geospatial index.
   *
   * `GEOPOS key member ...`, since 3.2.0. O(N) where N is the number of members requested.
   */
  geopos(key: RedisArgument, member: RedisArgument | readonly RedisArgument[], options?: CallOptions): Answers<{ longitude: number; latitude: number } | null[]>[As];

  /**
   * Query a sorted set representing a geospatial index to fetch members matching a given maximum distance from a point.
   *
   * `GEORADIUS key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE store] [STOREDIST storedist]`, since 3.2.0. O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.
   *
   * @deprecated since 6.2.0: use `GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument
   */
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options?: GeoradiusOptions & AsText & { readonly withcoord?: false | undefined; readonly withdist?: false | undefined; readonly withhash?: false | undefined; readonly store?: undefined; readonly storedist?: undefined }): Answers<string[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsBuffers & { readonly withcoord?: false | undefined; readonly withdist?: false | undefined; readonly withhash?: false | undefined; readonly store?: undefined; readonly storedist?: undefined }): Answers<Buffer[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsText & AsNumbers & { readonly withcoord: true }): Answers<RedisPlace<string, number>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsText & AsBigints & { readonly withcoord: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsBuffers & AsNumbers & { readonly withcoord: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsBuffers & AsBigints & { readonly withcoord: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsText & AsNumbers & { readonly withdist: true }): Answers<RedisPlace<string, number>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsText & AsBigints & { readonly withdist: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsBuffers & AsNumbers & { readonly withdist: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsBuffers & AsBigints & { readonly withdist: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsText & AsNumbers & { readonly withhash: true }): Answers<RedisPlace<string, number>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsText & AsBigints & { readonly withhash: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsBuffers & AsNumbers & { readonly withhash: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsBuffers & AsBigints & { readonly withhash: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsNumbers & { readonly store: RedisArgument }): Answers<number>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsBigints & { readonly store: RedisArgument }): Answers<bigint>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsNumbers & { readonly storedist: RedisArgument }): Answers<number>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusOptions & AsBigints & { readonly storedist: RedisArgument }): Answers<bigint>[As];
  georadius(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options?: GeoradiusOptions): Answers<(string | Buffer)[] | (RedisPlace<string | Buffer, number | bigint>)[] | number | bigint>[As];

  /**
   * Query a sorted set representing a geospatial index to fetch members matching a given maximum distance from a member.
   *
   * `GEORADIUSBYMEMBER key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE store] [STOREDIST storedist]`, since 3.2.0. O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.
   *
   * @deprecated since 6.2.0: use `GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments
   */
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options?: GeoradiusbymemberOptions & AsText & { readonly withcoord?: false | undefined; readonly withdist?: false | undefined; readonly withhash?: false | undefined; readonly store?: undefined; readonly storedist?: undefined }): Answers<string[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsBuffers & { readonly withcoord?: false | undefined; readonly withdist?: false | undefined; readonly withhash?: false | undefined; readonly store?: undefined; readonly storedist?: undefined }): Answers<Buffer[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsText & AsNumbers & { readonly withcoord: true }): Answers<RedisPlace<string, number>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsText & AsBigints & { readonly withcoord: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsBuffers & AsNumbers & { readonly withcoord: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsBuffers & AsBigints & { readonly withcoord: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsText & AsNumbers & { readonly withdist: true }): Answers<RedisPlace<string, number>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsText & AsBigints & { readonly withdist: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsBuffers & AsNumbers & { readonly withdist: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsBuffers & AsBigints & { readonly withdist: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsText & AsNumbers & { readonly withhash: true }): Answers<RedisPlace<string, number>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsText & AsBigints & { readonly withhash: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsBuffers & AsNumbers & { readonly withhash: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsBuffers & AsBigints & { readonly withhash: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsNumbers & { readonly store: RedisArgument }): Answers<number>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsBigints & { readonly store: RedisArgument }): Answers<bigint>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsNumbers & { readonly storedist: RedisArgument }): Answers<number>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberOptions & AsBigints & { readonly storedist: RedisArgument }): Answers<bigint>[As];
  georadiusbymember(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options?: GeoradiusbymemberOptions): Answers<(string | Buffer)[] | (RedisPlace<string | Buffer, number | bigint>)[] | number | bigint>[As];

  /**
   * A read-only variant for GEORADIUSBYMEMBER.
   *
   * `GEORADIUSBYMEMBER_RO key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]`, since 3.2.10. O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.
   *
   * @deprecated since 6.2.0: use `GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments
   */
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options?: GeoradiusbymemberRoOptions & AsText & { readonly withcoord?: false | undefined; readonly withdist?: false | undefined; readonly withhash?: false | undefined }): Answers<string[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsBuffers & { readonly withcoord?: false | undefined; readonly withdist?: false | undefined; readonly withhash?: false | undefined }): Answers<Buffer[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsText & AsNumbers & { readonly withcoord: true }): Answers<RedisPlace<string, number>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsText & AsBigints & { readonly withcoord: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsBuffers & AsNumbers & { readonly withcoord: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsBuffers & AsBigints & { readonly withcoord: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsText & AsNumbers & { readonly withdist: true }): Answers<RedisPlace<string, number>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsText & AsBigints & { readonly withdist: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsBuffers & AsNumbers & { readonly withdist: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsBuffers & AsBigints & { readonly withdist: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsText & AsNumbers & { readonly withhash: true }): Answers<RedisPlace<string, number>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsText & AsBigints & { readonly withhash: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsBuffers & AsNumbers & { readonly withhash: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusbymemberRoOptions & AsBuffers & AsBigints & { readonly withhash: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadiusbymemberRo(key: RedisArgument, member: RedisArgument, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options?: GeoradiusbymemberRoOptions): Answers<(string | Buffer)[] | (RedisPlace<string | Buffer, number | bigint>)[]>[As];

  /**
   * A read-only variant for GEORADIUS.
   *
   * `GEORADIUS_RO key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]`, since 3.2.10. O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.
   *
   * @deprecated since 6.2.0: use `GEOSEARCH` with the `BYRADIUS` argument
   */
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options?: GeoradiusRoOptions & AsText & { readonly withcoord?: false | undefined; readonly withdist?: false | undefined; readonly withhash?: false | undefined }): Answers<string[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsBuffers & { readonly withcoord?: false | undefined; readonly withdist?: false | undefined; readonly withhash?: false | undefined }): Answers<Buffer[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsText & AsNumbers & { readonly withcoord: true }): Answers<RedisPlace<string, number>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsText & AsBigints & { readonly withcoord: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsBuffers & AsNumbers & { readonly withcoord: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsBuffers & AsBigints & { readonly withcoord: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsText & AsNumbers & { readonly withdist: true }): Answers<RedisPlace<string, number>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsText & AsBigints & { readonly withdist: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsBuffers & AsNumbers & { readonly withdist: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsBuffers & AsBigints & { readonly withdist: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsText & AsNumbers & { readonly withhash: true }): Answers<RedisPlace<string, number>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsText & AsBigints & { readonly withhash: true }): Answers<RedisPlace<string, bigint>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsBuffers & AsNumbers & { readonly withhash: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options: GeoradiusRoOptions & AsBuffers & AsBigints & { readonly withhash: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  georadiusRo(key: RedisArgument, longitude: number, latitude: number, radius: number, unit: 'M' | 'KM' | 'FT' | 'MI', options?: GeoradiusRoOptions): Answers<(string | Buffer)[] | (RedisPlace<string | Buffer, number | bigint>)[]>[As];

  /**
   * Query a sorted set representing a geospatial index to fetch members inside an area of a box or a circle.
   *
   * `GEOSEARCH key <FROMMEMBER frommember | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]`, since 6.2.0. O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape provided as the filter and M is the number of items inside the shape.
   */
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options?: GeosearchOptions & AsText & { readonly withcoord?: false | undefined; readonly withdist?: false | undefined; readonly withhash?: false | undefined }): Answers<string[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsBuffers & { readonly withcoord?: false | undefined; readonly withdist?: false | undefined; readonly withhash?: false | undefined }): Answers<Buffer[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsText & AsNumbers & { readonly withcoord: true }): Answers<RedisPlace<string, number>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsText & AsBigints & { readonly withcoord: true }): Answers<RedisPlace<string, bigint>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsBuffers & AsNumbers & { readonly withcoord: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsBuffers & AsBigints & { readonly withcoord: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsText & AsNumbers & { readonly withdist: true }): Answers<RedisPlace<string, number>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsText & AsBigints & { readonly withdist: true }): Answers<RedisPlace<string, bigint>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsBuffers & AsNumbers & { readonly withdist: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsBuffers & AsBigints & { readonly withdist: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsText & AsNumbers & { readonly withhash: true }): Answers<RedisPlace<string, number>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsText & AsBigints & { readonly withhash: true }): Answers<RedisPlace<string, bigint>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsBuffers & AsNumbers & { readonly withhash: true }): Answers<RedisPlace<Buffer, number>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchOptions & AsBuffers & AsBigints & { readonly withhash: true }): Answers<RedisPlace<Buffer, bigint>[]>[As];
  geosearch(key: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options?: GeosearchOptions): Answers<(string | Buffer)[] | (RedisPlace<string | Buffer, number | bigint>)[]>[As];

  /**
   * Query a sorted set representing a geospatial index to fetch members inside an area of a box or a circle, and store the result in another key.
   *
   * `GEOSEARCHSTORE destination source <FROMMEMBER frommember | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [STOREDIST]`, since 6.2.0. O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape provided as the filter and M is the number of items inside the shape.
   */
  geosearchstore(destination: RedisArgument, source: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options?: GeosearchstoreOptions & AsNumbers): Answers<number>[As];
  geosearchstore(destination: RedisArgument, source: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options: GeosearchstoreOptions & AsBigints): Answers<bigint>[As];
  geosearchstore(destination: RedisArgument, source: RedisArgument, from: { readonly frommember: RedisArgument } | { readonly fromlonlat: { readonly longitude: number; readonly latitude: number } }, by: { readonly byradius: { readonly radius: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } } | { readonly bybox: { readonly width: number; readonly height: number; readonly unit: 'M' | 'KM' | 'FT' | 'MI' } }, options?: GeosearchstoreOptions): Answers<number | bigint>[As];
}
