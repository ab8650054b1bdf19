import type { PeerScript } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { message, shortIntegers, texts } from './postgres-messages.ts';
import { answering, rowReply, server, started, takeMessage, takeStartup } from './postgres-peer.ts';
import { query } from './postgres-simple.ts';
import { ask, staged, stageOf, valueOf } from './postgres-stage.ts';
import { endings } from './stage.ts';

/** A server that lets everybody in and says no more. */
const lets: PeerScript = answering(0);

describe('a reply', () => {
  const statements = Buffer.concat([
    server.columns('id', 'name'),
    server.row('1', 'ü'),
    server.notice('00000', 'by the way'),
    server.row('2', null),
    server.notification('jobs', 'one more'),
    server.complete('SELECT 2'),
    server.complete('UPDATE 3'),
    server.parameter('TimeZone', 'UTC'),
    server.ready('T'),
  ]);
  const wanted = {
    kind: 'done',
    status: 'T',
    results: [
      {
        columns: ['id', 'name'],
        rows: [
          ['1', 'ü'],
          ['2', null],
        ],
        tag: 'SELECT 2',
      },
      { columns: [], rows: [], tag: 'UPDATE 3' },
    ],
  };

  test.each([
    ['whole', 1],
    ['each-byte', 1],
    ['random', 1],
    ['random', 2],
    ['random', 3],
  ] as const)('is one, of however many messages and pieces (%s, seed %i)', async (slicing, seed) => {
    const network = { seed, toClient: { slicing }, toServer: { slicing } };
    const stage = await staged([answering(2, statements, server.empty(), server.ready())], { network });
    const calls = [query('SELECT ...; UPDATE ...'), query('')].map((each) => stage.pipeline.submit(each));
    expect(await stage.clock.waitFor(Promise.all(calls))).toEqual([
      wanted,
      { kind: 'done', status: 'I', results: [{ columns: [], rows: [], tag: '' }] },
    ]);
    expect(stage.pushed.slice(1)).toEqual([
      { kind: 'notice', code: '00000', text: 'by the way' },
      { kind: 'notification', channel: 'jobs', payload: 'one more' },
      { kind: 'parameter', name: 'TimeZone', value: 'UTC' },
    ]);
  });

  test('that is an error in the middle of several shifts none of them', async () => {
    const refusal = [
      server.error('22P02', 'invalid input syntax for type integer: "x y"'),
      server.ready('E'),
    ];
    const partly = [server.columns('value'), server.row('lost'), ...refusal];
    const stage = await staged([answering(4, rowReply('a'), ...refusal, ...partly, rowReply('d'))]);
    const failed = ['a', 'b', 'c', 'd'].map((sql) => stage.pipeline.submit(query(sql)));
    const [a, b, c, d] = await stage.clock.waitFor(Promise.allSettled(failed));
    expect([a, d]).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
    for (const result of [b, c]) {
      const said = '22P02: invalid input syntax for type integer: "..."';
      expect(result).toMatchObject({ reason: { code: '22P02', outcome: 'refused', message: said } });
    }
    expect(stage.server.attempts.length).toBe(1);
  });

  test('does not settle its call before it is complete', async () => {
    const stage = await staged([answering(1, server.error('42601', 'syntax error'))]);
    const call = stage.pipeline.submit(query('x'), { timeoutMs: 500 });
    expect(await stage.failure(call)).toMatchObject({ code: 'DEADLINE', outcome: 'unknown' });
  });

  test('for a caller who has left reaches nobody', async () => {
    const stage = await staged([answering(3, rowReply('a'), rowReply('b'), rowReply('c'))]);
    const abort = new AbortController();
    const { signal } = abort;
    const calls = ['a', 'b', 'c'].map((sql) =>
      stage.pipeline.submit(query(sql), sql === 'b' ? { signal } : undefined).then(valueOf),
    );
    const all = endings(calls);
    await stage.clock.settle();
    abort.abort();
    expect(await stage.clock.waitFor(all)).toEqual(['a', 'unknown ABORTED', 'c']);
  });
});

describe('a transport that is lost', () => {
  test('at any byte of a reply leaves the call unknown, and answered behind the last', async () => {
    const reply = rowReply('value');
    for (let count = 0; count <= reply.length; count += 1) {
      const script: PeerScript = async (peer) => {
        await takeStartup(peer);
        peer.send(started);
        await takeMessage(peer);
        stage.network.connections[0]?.cut({ direction: 'to-client', afterBytes: count });
        peer.send(reply);
      };
      const stage = await staged([script, lets]);
      const whole = count === reply.length;
      expect(await ask(stage, 'SELECT')).toEqual([whole ? 'value' : 'unknown CONNECTION_LOST']);
    }
  });

  test('in the middle of a reply shifts nothing on the next one, where a read is asked again', async () => {
    const torn: PeerScript = async (peer) => {
      await takeStartup(peer);
      peer.send(started);
      await takeMessage(peer);
      peer.send(Buffer.concat([server.columns('value'), server.row('torn')]));
      peer.reset();
    };
    const stage = await staged([torn, answering(1, rowReply('whole'))]);
    const read = stage.pipeline.submit(query('SELECT', { repeatable: true })).then(valueOf);
    expect(await stage.clock.waitFor(endings([read, stage.pipeline.submit(query('UPDATE'))]))).toEqual([
      'whole',
      'unknown CONNECTION_LOST',
    ]);
  });

  const terminated = server.error('57P01', 'terminating connection due to administrator command', 'FATAL');

  test('by the server leaves what is in flight unknown, and says why', async () => {
    const stage = await staged([answering(2, rowReply('a'), server.columns('value'), terminated), lets]);
    const [first, second] = ['a', 'b'].map((sql) => stage.pipeline.submit(query(sql)));
    const error = await stage.failure(second!);
    expect(valueOf(await first!)).toBe('a');
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown', cause: { code: '57P01' } });
    await stage.ready();
  });

  test('by the server behind an error leaves that call refused', async () => {
    const stage = await staged([
      answering(2, server.error('40001', 'could not serialize'), terminated),
      lets,
    ]);
    expect(await ask(stage, 'a', 'b')).toEqual(['refused 40001', 'unknown CONNECTION_LOST']);
  });

  test('by the server while nothing is asked is replaced, and known by its cause', async () => {
    const stage = await staged([lets, answering(1, rowReply('again'))]);
    stage.network.connections[0]?.send(server.error('57P05', 'idle-session timeout', 'FATAL'));
    await stage.clock.advance(2);
    expect(stage.pipeline.explain().lastCause).toBe('57P05: idle-session timeout');
    expect(await ask(stage, 'SELECT')).toEqual(['again']);
  });
});

describe('what the protocol does not allow', () => {
  const header = (length: number): Buffer => {
    const bytes = Buffer.from('D\0\0\0\0');
    bytes.writeInt32BE(length, 1);
    return bytes;
  };
  const columns = server.columns('value');

  test.each([
    ['an unknown type', Buffer.from('x')],
    ['a length below 4', header(3)],
    ['a negative length', header(-1)],
    ['a row before its columns', server.row('a')],
    ['a row with too few values', Buffer.concat([columns, server.row()])],
    ['a row with too many values', Buffer.concat([columns, server.row('a', 'b')])],
    ['a row that ends too early', Buffer.concat([columns, message('D', shortIntegers(1))])],
    ['a value that ends outside', Buffer.concat([columns, message('D', shortIntegers(1, 0, 9))])],
    ['a row with bytes behind it', Buffer.concat([columns, message('D', shortIntegers(1, -1, -1, 0))])],
    ['columns without names', message('T', shortIntegers(2), texts('value'), Buffer.alloc(18))],
    ['columns twice', Buffer.concat([columns, columns])],
    ['the end without a result', Buffer.concat([columns, server.ready()])],
    ['a row behind an error', Buffer.concat([columns, server.error('22012', 'no'), server.row('a')])],
    ['a tag that does not end', message('C', Buffer.from('SELECT 1'))],
    ['an error without an end', message('E', texts('CXX000'))],
    ['an unknown status', message('Z', Buffer.from('?'))],
    ['a start-up in mid-session', server.authentication(0)],
  ])('replaces the transport: %s', async (_what, bytes) => {
    const stage = await staged([answering(2, rowReply('a'), bytes), lets]);
    expect(await ask(stage, '1', '2', '3')).toEqual([
      'a',
      'unknown PROTOCOL_VIOLATION',
      'unknown CONNECTION_LOST',
    ]);
    await stage.ready();
  });

  test.each([
    ['a message', server.row('x'.repeat(101))],
    ['a reply', Buffer.concat(Array.from({ length: 5 }, () => server.row('x'.repeat(50))))],
  ])('replaces the transport: %s beyond its limit', async (_what, bytes) => {
    const limits = { messageBytesMax: 100, replyBytesMax: 300 };
    const stage = stageOf([answering(1, server.columns('value'), bytes), lets], limits);
    await stage.ready();
    expect(await ask(stage, 'SELECT')).toEqual(['unknown LIMIT_EXCEEDED']);
    await stage.ready();
  });

  test.each([
    ['a reply', rowReply('a')],
    ['an error', server.error('22012', 'division by zero')],
    ['the end of a reply', server.ready()],
  ])('replaces the transport: %s to nothing', async (_what, bytes) => {
    const stage = await staged([lets, answering(1, rowReply('own'))]);
    stage.network.connections[0]?.send(bytes);
    await stage.clock.advance(2);
    expect(await ask(stage, 'SELECT')).toEqual(['own']);
    expect(stage.server.attempts.length).toBe(2);
  });

  test('a query with a NUL is not sent', () => {
    expect(() => query('SELECT 1\0; DROP TABLE t')).toThrow('without NUL');
  });
});

describe('an idle peer', () => {
  test('is asked for a value of its own, and keeps the connection by answering', async () => {
    const asked: string[] = [];
    const script: PeerScript = async (peer) => {
      await takeStartup(peer);
      peer.send(started);
      for (let pings = 0; pings < 2; pings += 1) {
        const sql = await takeMessage(peer);
        asked.push(sql);
        peer.send(rowReply(/'(.*)'/.exec(sql)?.[1] ?? null));
      }
    };
    const stage = await staged([script]);
    await stage.clock.advance(3_500);
    expect([stage.pipeline.state, stage.server.attempts.length]).toEqual(['ready', 1]);
    expect(asked).toEqual(["Q SELECT '1-1'", "Q SELECT '1-2'"]);
  });

  test.each([
    ['answers with the value of another', [rowReply('another')]],
    ['does not answer', []],
  ])('is replaced when it %s', async (_what, replies) => {
    const stage = await staged([answering(1, ...replies), lets]);
    await stage.clock.advance(3_100);
    await stage.ready();
    expect(stage.server.attempts.length).toBe(2);
  });

  test('is alive when it refuses to answer in a transaction that has failed', async () => {
    const refusal = server.error('25P02', 'current transaction is aborted');
    const stage = await staged([answering(1, refusal, server.ready('E'))]);
    await stage.clock.advance(2_900);
    expect([stage.pipeline.state, stage.server.attempts.length]).toEqual(['ready', 1]);
  });
});
