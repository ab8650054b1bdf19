import type { PeerScript } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { memcached, question, type Answer, type Question } from '../../examples/memcached/protocol.ts';
import { causesOf, endings, Stage, type StageOptions } from '../protocols/stage.ts';

const get = (key: string): Question => question(`get ${key}\r\n`, key, /^END$/, true);
const incr = (key: string): Question => question(`incr ${key} 1\r\n`, key, /^(?:(\d{1,20})|NOT_FOUND)$/);

const welcome: PeerScript = async (peer) => {
  await peer.expect('version\r\n');
  peer.send('VERSION 1.6.18\r\n');
};

/** A server that takes so many commands of one line, then sends this. */
function answering(commands: number, text: string): PeerScript {
  return async (peer) => {
    await welcome(peer);
    for (let taken = 0; taken < commands; taken += 1) await peer.takeUntil('\r\n');
    peer.send(text);
  };
}

async function staged(
  scripts: readonly PeerScript[],
  options?: StageOptions,
): Promise<Stage<Question, Answer, never>> {
  const stage = new Stage(memcached, scripts, options);
  await stage.ready();
  return stage;
}

describe('answers of memcached', () => {
  test.each(['whole', 'each-byte', 'random'] as const)('find their calls (%s)', async (slicing) => {
    const text = 'VALUE a 0 9\r\n\r\nEND\r\nü\r\nEND\r\nEND\r\n18\r\nNOT_FOUND\r\n';
    const network = { toClient: { slicing }, toServer: { slicing } };
    const stage = await staged([answering(4, text)], { network });
    const calls = [get('a'), get('b'), incr('c'), incr('d')].map((asked) => stage.pipeline.submit(asked));
    expect(await stage.clock.waitFor(endings(calls))).toEqual(['\r\nEND\r\nü', undefined, '18', undefined]);
  });

  test('that say no refuse their call and no other', async () => {
    const text = 'ERROR\r\nCLIENT_ERROR bad key\r\nSERVER_ERROR out of memory\r\n7\r\n';
    const stage = await staged([answering(4, text)]);
    const calls = ['a', 'b', 'c', 'd'].map((key) => stage.pipeline.submit(incr(key)));
    const expected = ['refused ERROR', 'refused CLIENT_ERROR', 'refused SERVER_ERROR', '7'];
    expect(await stage.clock.waitFor(endings(calls))).toEqual(expected);
  });

  test.each([
    ['a line that does not end in CR LF', incr('a'), '17\n'],
    ['a carriage return within a line', incr('a'), 'CLIENT_ERROR a\rb\r\n'],
    ['a line without end', incr('a'), 'x'.repeat(2_049)],
    ['the answer to another command', incr('a'), 'STORED\r\n'],
    ['the value of another key', get('a'), 'VALUE b 0 1\r\nx\r\nEND\r\n'],
    ['a value that is longer than it says', get('a'), 'VALUE a 0 1\r\nxx\r\nEND\r\n'],
    ['two values', get('a'), 'VALUE a 0 1\r\nx\r\nVALUE a 0 1\r\nx\r\nEND\r\n'],
    ['a version that nobody asked for', get('a'), 'VERSION 1\r\n'],
  ])('that are none end the connection: %s', async (_, asked, text) => {
    const stage = await staged([answering(1, text), welcome], { connection: { stallAfterMs: Infinity } });
    const error = await stage.failure(stage.pipeline.submit({ ...asked, repeatable: false }));
    expect(error.outcome).toBe('unknown');
    expect(error.code).toBe('PROTOCOL_VIOLATION');
    await stage.ready();
  });

  test('to nothing end the connection, a byte of one suffices', async () => {
    const stage = await staged([answering(1, '7\r\nV'), welcome]);
    const changes: unknown[] = [];
    stage.pipeline.onState(({ to, cause }) => changes.push(to, ...causesOf(cause)));
    expect(await stage.answer(incr('a'))).toBe('7');
    await stage.ready();
    expect(changes.slice(0, 2)).toEqual(['backing-off', 'PROTOCOL_VIOLATION']);
  });

  test('a silent server is found: it does not answer what its version is', async () => {
    const stage = await staged([welcome, welcome]);
    const changes: unknown[] = [];
    stage.pipeline.onState(({ to, cause }) => changes.push(to, ...causesOf(cause)));
    await stage.clock.advance(3_000);
    await stage.ready();
    expect(changes.slice(0, 2)).toEqual(['backing-off', 'STALLED']);
  });
});
