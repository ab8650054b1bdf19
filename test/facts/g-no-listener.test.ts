import { resp, type SimulatedRedisHandler } from 'hawser/testing';
import { expect, test } from 'vitest';
import { LoopbackRedis, runScript } from './child.ts';

// With no listener of any kind attached nothing crashes a process, through all the other facts.

const AWAY_MS = 400;

/** Answers a key of its own for each fact. */
function handlers(server: LoopbackRedis): Readonly<Record<string, SimulatedRedisHandler>> {
  const asked = new Map<string, number>();
  return {
    INCR: ({ command: { args }, run }) => {
      const key = String(args[0]);
      if (key === 'silent') return 'silence';
      if (key !== 'dies') return undefined;
      run();
      return 'reset';
    },
    MULTI: () => 'silence',
    EXEC: () => 'silence',
    GET: ({ command: { args }, run }) => {
      const key = String(args[0]);
      asked.set(key, (asked.get(key) ?? 0) + 1);
      if (key === 'dies-once' && asked.get(key) === 1) return 'reset';
      if (key === 'garbage') return { bytes: ':4x2\r\n' };
      if (key === 'stray') return { bytes: [run(), resp.integer(42)] };
      return undefined;
    },
    ECHO: ({ command: { args }, run }) => {
      if (String(args[0]) !== 'leave') {
        return { bytes: [resp.push('news', 'before'), run(), resp.push('news', 'after')] };
      }
      server.leave();
      setTimeout(() => void server.comeBack(), AWAY_MS);
      return 'silence';
    },
  };
}

test('no crash, no unhandled rejection, no output, exit code 0', async () => {
  const server = await LoopbackRedis.start();
  const { redis, address } = server;
  for (const [name, handler] of Object.entries(handlers(server))) redis.on(name, handler);
  // The handshake of each client is as it would be, and nobody listens to its push messages either.
  redis.on('HELLO', ({ command: { args }, run }) =>
    args.map(String).includes('wrong')
      ? { bytes: resp.error('WRONGPASS invalid username-password pair or user is disabled.') }
      : { bytes: [run(), resp.push('welcome')] },
  );
  const end = await runScript('client-without-listeners.mjs', [address]);
  expect(end.stdout.split('\n')).toEqual([
    'a: CONNECTION_LOST unknown',
    'a: null',
    'b: ABORTED unknown, DEADLINE unknown, STALLED unknown',
    'c: "1", "2"',
    'd: PROTOCOL_VIOLATION unknown, CONNECTION_LOST unknown',
    'd: null',
    'd: "own"',
    'e: CONNECTION_LOST unknown',
    'e: DEADLINE not-sent, ABORTED not-sent, ABORTED not-sent, NOT_CONNECTED not-sent, DEADLINE not-sent, nothing',
    'e: nothing',
    'e: "back"',
    'f: CLOSED unknown, [CLOSED unknown], CLOSED unknown, {"leasesOut":[]}, {"leasesOut":[]}, CLOSED not-sent',
    'g: CONNECT_FAILED not-sent, INVALID_OPTION not-sent',
    'g: NOT_CONNECTED not-sent, NOT_CONNECTED not-sent, NOT_CONNECTED not-sent, NOT_CONNECTED not-sent',
    '',
  ]);
  expect(end).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect(redis.value('dies')).toBe('1');
  expect(redis.timesReceived('never') + redis.timesReceived('late')).toBe(0);
  expect(redis.violations).toEqual([]);
});
