import { invalidOption, type Endpoint } from '../core/index.ts';
import type { RedisCredentials } from './credentials.ts';

const SCHEMES: ReadonlyMap<string, { readonly tls: boolean }> = new Map([
  ['redis:', { tls: false }],
  ['rediss:', { tls: true }],
  ['valkey:', { tls: false }],
  ['valkeys:', { tls: true }],
  ['unix:', { tls: false }],
]);

/** What a URL says. */
export interface Address {
  readonly endpoint: Endpoint;
  readonly tls: boolean;
  readonly credentials: RedisCredentials | undefined;
  readonly database: number | undefined;
}

/** Reads a URL. Throws INVALID_OPTION, which never repeats it: it may hold a password. */
export function parseAddress(text: string | URL, defaultPort: number): Address {
  const address = text instanceof URL ? text.href : text;
  const url = typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined;
  const scheme = url === undefined ? undefined : SCHEMES.get(url.protocol);
  // Without slashes (`redis:6379`) all is one opaque path.
  if (url === undefined || scheme === undefined || /^[^/]/.test(url.pathname)) {
    throw invalidOption('url', 'redis://, rediss://, valkey://, valkeys:// or unix:// and an address', text);
  }
  assertNothingElse(url, text);
  const credentials = credentialsOf(url);
  if (url.protocol === 'unix:') {
    if (url.hostname !== '' && url.hostname !== 'localhost') {
      throw invalidOption('url', 'a path that begins with a slash, as in unix:///run/redis.sock', text);
    }
    const path = decode(url.pathname);
    return {
      endpoint: { path },
      tls: false,
      credentials,
      database: databaseIn(url.searchParams.get('database') ?? '', text),
    };
  }
  // The URL standard leaves the brackets around an IPv6 address; sockets take it without.
  const host = decode(url.hostname).replace(/^\[(.*)\]$/, '$1') || 'localhost';
  const port = url.port === '' ? defaultPort : Number(url.port);
  return {
    endpoint: { host, port },
    tls: scheme.tls,
    credentials,
    database: databaseIn(url.pathname.slice(1), text),
  };
}

function credentialsOf(url: URL): RedisCredentials | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const username = url.username === '' ? undefined : decode(url.username);
  return { username, password: url.password === '' ? undefined : decode(url.password) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidOption('url', 'percent-encoding that is valid', text);
  }
}

/**
 * What stands behind `#` or `?` would else be passed over: a database or an option of another client, or half of a password with the
 * host behind it, so that its user would be taken for the host.
 */
function assertNothingElse(url: URL, text: string | URL): void {
  if (url.hash !== '') throw invalidOption('url', 'no # (in a password it is %23)', text);
  const isDatabase =
    url.protocol === 'unix:' && [...url.searchParams.keys()].every((name) => name === 'database');
  if (url.search === '' || isDatabase) return;
  throw invalidOption('url', 'no ? but that of unix:///path?database=2 (in a password it is %3F)', text);
}

/** Digits alone: `Number` would also take `0x10` and `1e1`. */
function databaseIn(digits: string, text: string | URL): number | undefined {
  if (digits === '') return undefined;
  if (/^\d+$/.test(digits)) return Number(digits);
  throw invalidOption('url', 'a whole number of a database', text);
}
