import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { redisServer } from '../support/redis.ts';
import { ROOT } from '../repo/files.ts';

const run = promisify(execFile);
const BUILD_LIMIT_MS = 120_000;
const server = redisServer();

beforeAll(async () => {
  for (const project of [['-b'], ['-p', 'examples']]) {
    const compiled = run(process.execPath, ['node_modules/typescript/bin/tsc', ...project], { cwd: ROOT });
    await compiled.catch(({ stdout }: { stdout: string }) => expect.fail(stdout));
  }
}, BUILD_LIMIT_MS);

/** What an example prints, line by line. Rejects when it ends with another exit code than 0, or says anything to stderr. */
async function linesOf(example: string): Promise<string[]> {
  const env = { REDIS_URL: server().url };
  const { stdout, stderr } = await run(process.execPath, [`build/examples/${example}.js`], {
    cwd: ROOT,
    env,
  });
  expect(stderr).toBe('');
  // Nothing stays on a server that may be somebody's.
  expect(await server().inspect(['DBSIZE'])).toBe(0);
  return stdout.trimEnd().split('\n');
}

test('outcomes: every call is done once, or refused, whatever becomes of it', async () => {
  expect(await linesOf('outcomes')).toEqual([
    'a rope: not-sent (NOT_CONNECTED)',
    'a rope: line 1',
    'an anchor: unknown (CONNECTION_LOST)',
    'an anchor: line 2',
    'a sail: refused (WRONGTYPE)',
    'a sail: WRONGTYPE Operation against a key holding the wrong kind of value',
  ]);
});

test('deadlines and aborts: who leaves is told at once, and the others get their answers', async () => {
  expect(await linesOf('deadlines-and-aborts')).toEqual([
    'deadline: HawserError, DEADLINE, unknown',
    'the call behind it: ahoy',
    'with time: slow, and done',
    'aborted in flight: AbortError, ABORTED, unknown',
    'aborted in flight: AbortError, ABORTED, unknown',
    'aborted before: AbortError, ABORTED, not-sent',
  ]);
});

test('startup and shutdown: from no connection to none', async () => {
  expect(await linesOf('startup-and-shutdown')).toEqual([
    'CONNECT_FAILED: could not connect to 127.0.0.1:1 (ECONNREFUSED)',
    'connected: PONG',
    'started: connecting',
    'connecting -> handshaking ',
    'handshaking -> ready ',
    'ready: ready at its port not down',
    'ready -> draining ',
    'too late: CLOSED, not-sent',
    'draining -> closed ',
    "last calls: [ 'OK', 'ahoy', 1 ]",
    'closed: closed',
  ]);
});

test('memcached: a protocol of its own, with no memcached installed', async () => {
  expect(await linesOf('memcached/main')).toEqual([
    'nothing there: undefined',
    'there: ahoy, £5',
    'visits: 1 2 3 4 5',
    'refused: CLIENT_ERROR cannot increment or decrement non-numeric value',
    'refused: SERVER_ERROR object too large for cache',
    'not-sent: a key is 1 to 250 characters of ASCII, none of them a space',
    'the call behind them: 5',
  ]);
});

test('the talk, many callers on one socket: replies find their callers, and those in flight are told of a loss', async () => {
  expect(await linesOf('talk-redis')).toEqual([
    'OK',
    'ahoy',
    'HawserError: ERR value is not an integer or out of range',
    '4',
    'in flight: unknown (CONNECTION_LOST)',
    'cut: 1',
    'again: ahoy backing-off connecting handshaking ready',
  ]);
});

test('the talk, one caller at a time: a busy connection says so, or has a queue', async () => {
  expect(await linesOf('talk-blocking')).toEqual([
    "no queue: [ ':1', 'checked_out', 'checked_out' ]",
    "a queue: [ ':2', ':3', ':4' ]",
    'and then: :1',
  ]);
});

test('failover: what was confirmed is on the server that was promoted, once', async () => {
  expect(await linesOf('failover')).toEqual([
    "the primary was killed: the server is a replica, and a primary is wanted; role: 'any' takes replicas",
    'the replica was promoted',
    '200 orders were confirmed, and 200 are stored, each once',
  ]);
});
