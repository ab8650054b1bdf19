import type { Buffer } from 'node:buffer';
import type { RedisArgument } from './argument-text.ts';
import type { AsBuffers, AsText } from './call-options.ts';
import type { ScanPageOptions } from './generated/generic-commands.ts';
import type { HscanPageOptions } from './generated/hash-commands.ts';
import type { SscanPageOptions } from './generated/set-commands.ts';
import type { ZscanPageOptions } from './generated/sorted-set-commands.ts';
import { TypedCommands } from './typed-commands.ts';

/**
 * Iterators over all that a cursor leads to, a page at a time. Each page is a call with options of its own: `timeoutMs` is
 * for one, `signal` for all. Who stops early leaves nothing behind. What the server promises of its cursors, and
 * what not, is in docs/commands.md.
 */
export abstract class IteratingCommands extends TypedCommands {
  /** All keys of the database: each at least once that is there from the beginning to the end. Rejects as a call does. */
  scan(options?: ScanPageOptions & AsText): AsyncGenerator<string, void, undefined>;
  scan(options: ScanPageOptions & AsBuffers): AsyncGenerator<Buffer, void, undefined>;
  scan(options?: ScanPageOptions): AsyncGenerator<string | Buffer, void, undefined>;
  scan(options?: ScanPageOptions): AsyncGenerator<string | Buffer, void, undefined> {
    return everyItem(async (cursor) => {
      const page = await this.scanPage(cursor, options);
      return { cursor: page.cursor, items: page.keys };
    });
  }

  /** All fields of a hash, with their values; none where there is no hash. */
  hscan(
    key: RedisArgument,
    options?: HscanPageOptions & AsText,
  ): AsyncGenerator<{ field: string; value: string }, void, undefined>;
  hscan(
    key: RedisArgument,
    options: HscanPageOptions & AsBuffers,
  ): AsyncGenerator<{ field: Buffer; value: Buffer }, void, undefined>;
  hscan(
    key: RedisArgument,
    options?: HscanPageOptions,
  ): AsyncGenerator<{ field: string | Buffer; value: string | Buffer }, void, undefined>;
  hscan(
    key: RedisArgument,
    options?: HscanPageOptions,
  ): AsyncGenerator<{ field: string | Buffer; value: string | Buffer }, void, undefined> {
    return everyItem(async (cursor) => {
      const page = await this.hscanPage(key, cursor, options);
      return { cursor: page.cursor, items: page.entries };
    });
  }

  /** All members of a set; none where there is no set. */
  sscan(key: RedisArgument, options?: SscanPageOptions & AsText): AsyncGenerator<string, void, undefined>;
  sscan(key: RedisArgument, options: SscanPageOptions & AsBuffers): AsyncGenerator<Buffer, void, undefined>;
  sscan(key: RedisArgument, options?: SscanPageOptions): AsyncGenerator<string | Buffer, void, undefined>;
  sscan(key: RedisArgument, options?: SscanPageOptions): AsyncGenerator<string | Buffer, void, undefined> {
    return everyItem(async (cursor) => {
      const page = await this.sscanPage(key, cursor, options);
      return { cursor: page.cursor, items: page.members };
    });
  }

  /** All members of a sorted set, with their scores, in no order; none where there is no sorted set. */
  zscan(
    key: RedisArgument,
    options?: ZscanPageOptions & AsText,
  ): AsyncGenerator<{ member: string; score: number }, void, undefined>;
  zscan(
    key: RedisArgument,
    options: ZscanPageOptions & AsBuffers,
  ): AsyncGenerator<{ member: Buffer; score: number }, void, undefined>;
  zscan(
    key: RedisArgument,
    options?: ZscanPageOptions,
  ): AsyncGenerator<{ member: string | Buffer; score: number }, void, undefined>;
  zscan(
    key: RedisArgument,
    options?: ZscanPageOptions,
  ): AsyncGenerator<{ member: string | Buffer; score: number }, void, undefined> {
    return everyItem(async (cursor) => {
      const page = await this.zscanPage(key, cursor, options);
      return { cursor: page.cursor, items: page.entries };
    });
  }
}

interface Page<T> {
  /** Where the next page begins; `0` behind the last. */
  readonly cursor: string;
  readonly items: readonly T[];
}

/** The items of page after page. The server keeps nothing of a cursor, so that there is nothing to end. */
async function* everyItem<T>(
  askPage: (cursor: string) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  let cursor = '0';
  do {
    const page = await askPage(cursor);
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== '0');
}
