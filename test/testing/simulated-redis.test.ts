import { describe, expect, test } from 'vitest';
import { CommandParser } from '../../src/testing/resp-wire.ts';
import { encode, makeWorld } from './simulated-redis-stage.ts';

describe('commands', () => {
  test.each([
    ['PING', '+PONG\r\n'],
    ['ping nonce', '$5\r\nnonce\r\n'],
    ['ECHO text', '$4\r\ntext\r\n'],
    ['GET missing', '$-1\r\n'],
    ['SET key value', '+OK\r\n'],
    ['SET key value\nGET key', '+OK\r\n$5\r\nvalue\r\n'],
    ['SET key 1 NX\nSET key 2 NX\nSET key 3 XX\nGET key', '+OK\r\n$-1\r\n+OK\r\n$1\r\n3\r\n'],
    ['SET key value PX', '-ERR syntax error\r\n'],
    ['INCR n\nINCR n\nGET n', ':1\r\n:2\r\n$1\r\n2\r\n'],
    ['SET n 9223372036854775806\nINCR n', '+OK\r\n:9223372036854775807\r\n'],
    ['SET n 9223372036854775807\nINCR n', '+OK\r\n-ERR increment or decrement would overflow\r\n'],
    ['SET n -5\nINCR n', '+OK\r\n:-4\r\n'],
    ['SET n 01\nINCR n', '+OK\r\n-ERR value is not an integer or out of range\r\n'],
    ['SET a 1\nSET b 2\nMGET a x b', '+OK\r\n+OK\r\n*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n2\r\n'],
    ['SET a 1\nDEL a b a\nGET a', '+OK\r\n:1\r\n$-1\r\n'],
    ['SET k v\nSELECT 1\nGET k', '+OK\r\n+OK\r\n$-1\r\n'],
    ['SELECT 16', '-ERR DB index is out of range\r\n'],
    ['SELECT x', '-ERR value is not an integer or out of range\r\n'],
    ['CLIENT SETNAME me\nCLIENT GETNAME', '+OK\r\n$2\r\nme\r\n'],
    ['CLIENT SETINFO LIB-NAME hawser', '+OK\r\n'],
    ['CLIENT SETINFO other hawser', "-ERR unknown subcommand 'SETINFO'. Try CLIENT HELP.\r\n"],
    ['FLY away', "-ERR unknown command 'FLY', with args beginning with: 'away' \r\n"],
    ['GET', "-ERR wrong number of arguments for 'get' command\r\n"],
    ['HELLO 4', '-NOPROTO unsupported protocol version\r\n'],
  ])('%j is answered %j', async (lines, reply) => {
    const client = await makeWorld().connect();
    expect(await client.ask(lines)).toBe(reply);
  });

  test('HELLO 3 answers with a map and turns the connection to RESP3', async () => {
    const { connect, redis } = makeWorld();
    const client = await connect();
    expect(await client.ask('HELLO 2')).toMatch(/^\*14\r\n\$6\r\nserver\r\n/);
    expect(await client.ask('HELLO 3 SETNAME me')).toMatch(
      /^%7\r\n\$6\r\nserver\r\n\$5\r\nredis\r\n.*\$5\r\nproto\r\n:3\r\n/s,
    );
    expect(await client.ask('GET missing')).toBe('_\r\n');
    expect(redis.connections[0]?.session).toMatchObject({ protocol: 3, clientName: 'me' });
  });

  test('binary arguments and values come through as they are', async () => {
    const { clock, connect, redis } = makeWorld();
    const client = await connect();
    const value = Buffer.from([0, 13, 10, 255]);
    client.transport.write(
      Buffer.concat([Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n'), value, Buffer.from('\r\n')]),
      33,
    );
    await clock.advance(1);
    expect(redis.data().get('k')).toEqual(value);
    expect(await client.ask('GET k', 3)).toBe('+OK\r\n$4\r\n\0\r\n\u00ff\r\n');
  });

  test('are understood however they are cut', () => {
    const bytes = Buffer.from(encode('SET key value') + encode('PING') + encode('ECHO éß'));
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const parser = new CommandParser();
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
      const commands = pieces.flatMap((piece) => [...parser.push(piece)]).map((words) => words.map(String));
      expect(commands).toEqual([['SET', 'key', 'value'], ['PING'], ['ECHO', 'éß']]);
    }
    const parser = new CommandParser();
    expect([...bytes].flatMap((byte) => [...parser.push(Uint8Array.of(byte))])).toHaveLength(3);
  });

  test.each([
    ['PING\r\n', 'expected \'*\', got "P"'],
    ['*1\n$4\r\nPING\r\n', 'expected a length behind \'*\', got "1\\n$4"'],
    ['*01\r\n', 'expected a length behind \'*\', got "01"'],
    ['*0\r\n', 'a command without a word'],
    ['*-1\r\n', 'expected a length behind \'*\', got "-1"'],
    ['*9999999\r\n', 'expected a length behind \'*\', got "9999999"'],
    ['*1\r\n:4\r\n', 'expected \'$\', got ":"'],
    ['*1\r\n$4\r\nPINGS\r\n', 'expected the end of a line, got "S\\r"'],
    ['*1\r\n$4\r\nPING\rx', 'expected the end of a line, got "\\rx"'],
    ['*1\rx', 'expected the end of a line, got "\\rx"'],
    [`*${'1'.repeat(100)}`, 'expected a length behind \'*\', got "11111111111111111111"'],
  ])('%j is a violation, whole and byte by byte', async (bytes, violation) => {
    for (const slicing of ['whole', 'each-byte'] as const) {
      const { clock, connect, peer, redis } = makeWorld();
      const client = await connect();
      peer(1).conditions.toServer.slicing = slicing;
      client.write(encode('PING') + bytes + encode('PING'));
      await clock.advance(5);
      expect(client.received).toMatch(/^\+PONG\r\n-ERR Protocol error: .*\r\n$/);
      expect(client.lost).toBe('The peer ended the stream.');
      expect(redis.violations).toHaveLength(1);
      if (slicing === 'whole') expect(redis.violations).toEqual([violation]);
    }
  });
});

describe('time', () => {
  test('ends keys to the millisecond, and what is set anew does not expire', async () => {
    const { clock, connect, redis } = makeWorld();
    const client = await connect();
    expect(await client.ask('SET k v PX 1000\nPTTL k\nTTL k\nSET other v\nPTTL other')).toBe(
      '+OK\r\n:1000\r\n:1\r\n+OK\r\n:-1\r\n',
    );
    await client.ask('EXPIRE other 1\nINCR n\nPEXPIRE n 500\nINCR n');
    await clock.advance(998 - clock.now());
    expect(await client.ask('PTTL k\nGET k\nPTTL other\nEXISTS n')).toBe(':2\r\n$1\r\nv\r\n:4\r\n:0\r\n');
    await client.ask('SET other v');
    await clock.advance(10);
    expect(await client.ask('GET k\nPTTL k\nGET other')).toBe('$-1\r\n:-2\r\n$1\r\nv\r\n');
    expect([redis.value('k'), redis.value('other')]).toEqual([undefined, 'v']);
  });

  test('that ends a key changes it, for those who watch', async () => {
    const { clock, connect } = makeWorld();
    const client = await connect();
    await client.ask('SET k v PX 10\nWATCH k');
    await clock.advance(10);
    expect(await client.ask('MULTI\nPING\nEXEC\nMULTI\nPING\nEXEC')).toBe(
      '+OK\r\n+QUEUED\r\n*-1\r\n+OK\r\n+QUEUED\r\n*1\r\n+PONG\r\n',
    );
  });
});

describe('transactions', () => {
  test('queue their commands, run them at EXEC and answer with all replies', async () => {
    const { connect, redis } = makeWorld();
    const client = await connect();
    const other = await connect();
    expect(await client.ask('MULTI\nINCR n\nGET n')).toBe('+OK\r\n+QUEUED\r\n+QUEUED\r\n');
    expect(await other.ask('GET n')).toBe('$-1\r\n');
    expect(redis.effects).toEqual([]);
    expect(await client.ask('EXEC')).toBe('*2\r\n:1\r\n$1\r\n1\r\n');
    expect(redis.timesApplied('n')).toBe(1);
  });

  test('keep the errors of single commands in place', async () => {
    const client = await makeWorld().connect();
    expect(await client.ask('MULTI\nSET k v\nINCR k\nEXEC')).toMatch(
      /\*2\r\n\+OK\r\n-ERR value is not .*\r\n$/,
    );
  });

  test('with a command that is refused are discarded as a whole', async () => {
    const { connect, redis } = makeWorld();
    const client = await connect();
    expect(await client.ask('MULTI\nINCR n\nGET\nEXEC\nEXEC')).toMatch(
      /-EXECABORT Transaction discarded because of previous errors\.\r\n-ERR EXEC without MULTI\r\n$/,
    );
    expect(redis.effects).toEqual([]);
    expect(await client.ask('MULTI\nMULTI\nDISCARD\nDISCARD')).toBe(
      '+OK\r\n-ERR MULTI calls can not be nested\r\n+OK\r\n-ERR DISCARD without MULTI\r\n',
    );
  });

  test('that their connection leaves open are never run', async () => {
    const { clock, connect, redis } = makeWorld();
    const client = await connect();
    await client.ask('MULTI\nINCR n');
    client.transport.destroy();
    await clock.advance(10);
    expect([redis.timesReceived('n'), redis.timesApplied('n')]).toEqual([1, 0]);
  });
});

describe('authentication', () => {
  const credentials = { password: 'right' };

  test('is required before anything else', async () => {
    const client = await makeWorld({ credentials }).connect();
    expect(await client.ask('PING')).toBe('-NOAUTH Authentication required.\r\n');
    expect(await client.ask('HELLO 3')).toMatch(/^-NOAUTH HELLO must be called/);
    expect(await client.ask('AUTH wrong')).toMatch(/^-WRONGPASS /);
    expect(await client.ask('AUTH right\nPING')).toBe('+OK\r\n+PONG\r\n');
  });

  test('works in HELLO, and with a user', async () => {
    const client = await makeWorld({ credentials: { username: 'job', password: 'right' } }).connect();
    expect(await client.ask('HELLO 3 AUTH job wrong')).toMatch(/^-WRONGPASS /);
    expect(await client.ask('AUTH right')).toMatch(/^-WRONGPASS /);
    expect(await client.ask('HELLO 3 AUTH job right')).toMatch(/^%7/);
    expect(await client.ask('AUTH job right')).toBe('+OK\r\n');
  });

  test('with a password where none is set is an error of its own', async () => {
    const client = await makeWorld().connect();
    expect(await client.ask('AUTH any')).toMatch(/^-ERR AUTH <password> called without any password/);
  });
});

describe('what is on record', () => {
  test('every command with its connection and time, every effect, and the fate of a unique key', async () => {
    const { connect, redis } = makeWorld();
    const first = await connect();
    const second = await connect();
    await first.ask('SET id-1 a\nGET id-1');
    await second.ask('del id-1 id-2');
    expect(redis.commands.map(({ connection, atMs, text }) => [connection, atMs, text])).toEqual([
      [1, 1, 'SET id-1 a'],
      [1, 1, 'GET id-1'],
      [2, 3, 'del id-1 id-2'],
    ]);
    expect(redis.effects).toEqual([
      { connection: 1, atMs: 1, command: 'SET', key: 'id-1' },
      { connection: 2, atMs: 3, command: 'DEL', key: 'id-1' },
    ]);
    expect(redis.connections.map(({ commands }) => commands.length)).toEqual([2, 1]);
    expect([redis.timesReceived('id-1'), redis.timesApplied('id-1')]).toEqual([3, 2]);
    expect([redis.timesReceived('id-2'), redis.timesApplied('id-2')]).toEqual([1, 0]);
  });

  test('data outlive connections and may be set by the test', async () => {
    const { connect, redis } = makeWorld();
    redis.data().set('k', Buffer.from('41'));
    redis.connections[0]?.reset();
    const client = await connect();
    expect(await client.ask('INCR k')).toBe(':42\r\n');
    redis.data().set('l', [Buffer.from('one')]);
    await client.ask('RPUSH l two\nHSET h field value');
    expect([redis.list('l'), redis.list('k'), redis.value('l')]).toEqual([['one', 'two'], [], undefined]);
    expect(redis.data().get('h')).toEqual(new Map([['field', Buffer.from('value')]]));
    expect([redis.value('k'), redis.value('other'), redis.value('k', 1)]).toEqual([
      '42',
      undefined,
      undefined,
    ]);
  });
});
