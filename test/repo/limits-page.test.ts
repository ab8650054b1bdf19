import { readFileSync } from 'node:fs';
import type { ConnectionOptions, PoolOptions } from 'hawser';
import type { RedisCacheOptions } from 'hawser/redis';
import { describe, expect, test } from 'vitest';
import { resolveOptions } from '../../src/core/options.ts';
import { resolvePoolOptions } from '../../src/core/pool/pool-options.ts';
import { resolveCacheOptions } from '../../src/redis/caching/cache-options.ts';
import { DEFAULT_RESP_LIMITS } from '../../src/redis/resp-limits.ts';
import { ROOT } from './files.ts';

/** Defaults by the first name of their row; `undefined` for what is no limit. */
type Defaults<Options> = Readonly<Record<keyof Options, object | number | undefined>>;

const page = readFileSync(`${ROOT}/docs/limits.md`, 'utf8');

/** The rows of a chapter that have a default, by the name in front. */
function rowsOf(title: string): ReadonlyMap<string, string> {
  const chapter = page.split(/^## /m).find((each) => each.startsWith(`${title}\n`));
  return new Map([...chapter!.matchAll(/^\| `([^`]+)`.*$/gm)].map(([row, name]) => [name!, row]));
}

/** Options by the names that rows have: of a group each by itself. */
function flat(
  defaults: Readonly<Record<string, object | number | undefined>>,
  group = '',
): [string, number][] {
  return Object.entries(defaults).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return typeof value === 'number' ? [[group + name, value]] : flat({ ...value }, `${group}${name}.`);
  });
}

function written(value: number): string {
  return value === Infinity ? '`Infinity`' : value.toLocaleString('en-US');
}

/** What chapters do not tell, or not as it is. A row may be of several options of a group: `backoff.baseMs`, `.capMs`. */
function untold(
  titles: readonly string[],
  defaults: Readonly<Record<string, object | number | undefined>>,
): string[] {
  const rows = new Map(titles.flatMap((title) => [...rowsOf(title)]));
  return flat(defaults).flatMap(([name, value]) => {
    const row = rows.get(name) ?? [...rows.values()].find((each) => isAmong(name, each));
    return row !== undefined && new RegExp(` ${written(value)},? `).test(row)
      ? []
      : [`${name}: ${written(value)}`];
  });
}

function isAmong(name: string, row: string): boolean {
  const [group, own] = name.split('.');
  return own !== undefined && row.startsWith(`| \`${group}.`) && row.includes(`, \`.${own}\` |`);
}

// The compiler holds that these are all options that there are.
describe('docs/limits.md tells every limit, with its default as it is', () => {
  test('of a connection', () => {
    const defaults: Defaults<ConnectionOptions> = {
      ...resolveOptions({ endpoints: [{ host: 'cache', port: 6379 }] }),
      endpoints: undefined,
      tls: undefined,
      name: undefined,
    };
    expect(untold(['Durations of a connection', 'What may be pending'], defaults)).toEqual([]);
    expect(untold(['What is accepted from the server'], { ...DEFAULT_RESP_LIMITS })).toEqual([]);
  });

  test('of a pool', () => {
    const defaults: Defaults<PoolOptions> = {
      ...resolvePoolOptions({}, 'redis'),
      name: undefined,
      idleOrder: undefined,
      whenBusy: undefined,
    };
    expect(untold(['A pool'], defaults)).toEqual([]);
  });

  test('of a cache', () => {
    const cache: Defaults<RedisCacheOptions> = resolveCacheOptions({}, 3)!;
    expect(untold(['A cache'], { cache })).toEqual([]);
  });
});

test('a limit that is not told, and one that is told otherwise, are found', () => {
  expect(untold(['A pool'], { max: 11, most: 7, backoff: { baseMs: 100, capMs: 9 } })).toEqual([
    'max: 11',
    'most: 7',
    'backoff.capMs: 9',
  ]);
});
