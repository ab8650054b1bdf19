import { describe, expect, test } from 'vitest';
import type { Transport } from '../../src/core/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { CommandParser } from '../support/fake-redis-wire.ts';
import { FakeRedis, resp, type FakeRedisOptions } from '../support/fake-redis.ts';
import { expectNothingLeft } from '../support/leaks.ts';
import { SimulatedNetwork, type PeerConnection } from '../support/simulated-network.ts';

const ENDPOINT = { host: 'redis.test', port: 6379 };

/** A client without any logic: what it sends and what it got. */
class BareClient {
  readonly transport: Transport;
  readonly #world: World;
  received = '';
  lost = '';

  constructor(world: World, transport: Transport) {
    this.#world = world;
    this.transport = transport;
    transport.attach({
      onData: (bytes) => {
        this.received += bytes.toString('latin1');
        return bytes.length;
      },
      onRoom: () => undefined,
      onLost: (cause) => {
        this.lost = cause.message;
      },
    });
  }

  write(text: string): void {
    this.transport.write(text, Buffer.byteLength(text));
  }

  /** Sends commands given as lines of words, and returns what comes within so many milliseconds. */
  async ask(lines: string, withinMs = 2): Promise<string> {
    const before = this.received.length;
    this.write(lines.split('\n').map(encode).join(''));
    await this.#world.clock.advance(withinMs);
    return this.received.slice(before);
  }
}

interface World {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly redis: FakeRedis;
  connect(): Promise<BareClient>;
  peer(number: number): PeerConnection;
}

function makeWorld(options: Omit<FakeRedisOptions, 'clock'> = {}): World {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, connectMs: 0 });
  const redis = new FakeRedis({ clock, ...options });
  network.listen(ENDPOINT, redis.accept);
  const result: World = {
    clock,
    network,
    redis,
    connect: async () => {
      const { signal } = new AbortController();
      const dialled = network.dial({ endpoint: ENDPOINT, startTlsLater: false, signal });
      return new BareClient(result, await clock.waitFor(dialled));
    },
    peer: (number) => network.connections[number - 1] as PeerConnection,
  };
  return result;
}

function encode(line: string): string {
  const words = line.split(' ');
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

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
    ['SET n 9223372036854775807\nINCR n', '+OK\r\n-ERR value is not an integer or out of range\r\n'],
    ['SET n -5\nINCR n', '+OK\r\n:-4\r\n'],
    ['SET n 01\nINCR n', '+OK\r\n-ERR value is not an integer or out of range\r\n'],
    ['SET a 1\nSET b 2\nMGET a x b', '+OK\r\n+OK\r\n*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n2\r\n'],
    ['SET a 1\nDEL a b a\nGET a', '+OK\r\n:1\r\n$-1\r\n'],
    ['SET k v\nSELECT 1\nGET k', '+OK\r\n+OK\r\n$-1\r\n'],
    ['SELECT 16', '-ERR DB index is out of range\r\n'],
    ['SELECT x', '-ERR invalid DB index\r\n'],
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
      peer(1).conditions.toPeer.slicing = slicing;
      client.write(encode('PING') + bytes + encode('PING'));
      await clock.advance(5);
      expect(client.received).toMatch(/^\+PONG\r\n-ERR Protocol error: .*\r\n$/);
      expect(client.lost).toBe('The peer ended the stream.');
      expect(redis.violations).toHaveLength(1);
      if (slicing === 'whole') expect(redis.violations).toEqual([violation]);
    }
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
    expect([redis.value('k'), redis.value('other'), redis.value('k', 1)]).toEqual([
      '42',
      undefined,
      undefined,
    ]);
  });
});

describe('handlers', () => {
  test('replace an answer by raw bytes, with or without the effect', async () => {
    const { connect, redis } = makeWorld();
    const client = await connect();
    const remove = redis.on('incr', ({ run, count }) =>
      count === 1 ? { bytes: ':4x2\r\n' } : { bytes: [resp.push('message', 'channel', 'hello'), run()] },
    );
    expect(await client.ask('INCR n')).toBe(':4x2\r\n');
    expect(redis.timesApplied('n')).toBe(0);
    expect(await client.ask('INCR n')).toBe('>3\r\n$7\r\nmessage\r\n$7\r\nchannel\r\n$5\r\nhello\r\n:1\r\n');
    remove();
    expect(await client.ask('INCR n')).toBe(':2\r\n');
  });

  test('silence leaves one command unanswered and goes on with the next', async () => {
    const { connect, redis } = makeWorld();
    redis.on('GET', ({ command }) => (String(command.args[0]) === 'lost' ? 'silence' : undefined));
    const client = await connect();
    expect(await client.ask('GET lost\nPING\nGET k')).toBe('+PONG\r\n$-1\r\n');
  });

  test('a connection may die after the effect and before the reply, or in the middle of it', async () => {
    const { connect, redis } = makeWorld();
    redis.on('INCR', ({ run, count }) => {
      const reply = run();
      return count === 1 ? 'reset' : { bytes: reply.subarray(0, 2), afterwards: 'end' };
    });
    const first = await connect();
    expect(await first.ask('INCR n\nINCR n')).toBe('');
    expect([first.lost, redis.timesReceived('n'), redis.timesApplied('n')]).toEqual([
      'read ECONNRESET',
      2,
      1,
    ]);
    const second = await connect();
    expect(await second.ask('INCR n')).toBe(':2');
    expect([second.lost, redis.connections.map(({ isOpen }) => isOpen)]).toEqual([
      'The peer ended the stream.',
      [false, false],
    ]);
  });

  test('a delayed answer holds up the commands behind it on its connection, and no other', async () => {
    const { clock, connect, redis } = makeWorld();
    redis.on('ECHO', ({ run }) => ({ bytes: run(), afterMs: 100 }));
    const client = await connect();
    const other = await connect();
    expect(await client.ask('ECHO a\nPING')).toBe('');
    expect(await other.ask('PING')).toBe('+PONG\r\n');
    expect(redis.commands.map(({ atMs }) => atMs)).toEqual([1, 1, 3]);
    await clock.advance(96);
    expect(client.received).toBe('');
    await clock.advance(2);
    expect(client.received).toBe('$1\r\na\r\n+PONG\r\n');
  });

  test('commands behind a delay still run when the client ends the stream, and do not when it is reset', async () => {
    const { clock, connect, redis, peer, network } = makeWorld();
    redis.on('ECHO', ({ run }) => ({ bytes: run(), afterMs: 100 }));
    const ending = await connect();
    await ending.ask('ECHO a\nINCR ended');
    ending.transport.destroy();
    const resetting = await connect();
    await resetting.ask('ECHO a\nINCR reset');
    peer(2).cut({ direction: 'to-client' });
    await clock.advance(10);
    expect([redis.timesApplied('ended'), redis.timesApplied('reset')]).toEqual([1, 0]);
    expectNothingLeft({ clock, network, redis });
  });

  test('* is asked about every command that has no handler of its own', async () => {
    const { connect, redis } = makeWorld();
    redis.on('*', () => ({ bytes: resp.error('BUSY Redis is busy running a script.') }));
    redis.on('PING', () => undefined);
    const client = await connect();
    expect(await client.ask('PING\nGET k')).toBe('+PONG\r\n-BUSY Redis is busy running a script.\r\n');
  });
});

describe('the script of connections', () => {
  test('gives each its own behaviour, then the normal one', async () => {
    const { connect, redis } = makeWorld({ script: ['refuse-auth', 'loading', 'no-hello'] });
    redis.script('silent', { raw: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, ({ count }) =>
      count === 2 ? { bytes: '+second\r\n' } : undefined,
    );
    const replies: string[] = [];
    for (let attempt = 1; attempt <= 7; attempt += 1) {
      const client = await connect();
      replies.push(
        (await client.ask('HELLO 3 AUTH default x\nPING')).replaceAll(/\r\n(?!$)/g, ' ').trimEnd(),
      );
    }
    const greeting = expect.stringMatching(/^%7 .*\+PONG$/);
    expect(replies).toEqual([
      '-WRONGPASS invalid username-password pair or user is disabled. +PONG',
      '-LOADING Redis is loading the dataset in memory -LOADING Redis is loading the dataset in memory',
      expect.stringMatching(/^-ERR unknown command 'HELLO', with args .* \+PONG$/),
      '',
      'HTTP/1.1 400 Bad Request',
      expect.stringMatching(/^%7 .*\+second$/),
      greeting,
    ]);
    expect(redis.connections[3]?.commands).toHaveLength(2);
  });

  test.each(['end', 'reset'] as const)('can %s a connection as soon as it is accepted', async (behaviour) => {
    const { clock, connect, redis } = makeWorld({ script: [behaviour] });
    const client = await connect();
    await client.ask('PING');
    await clock.advance(5);
    expect(client.lost).not.toBe('');
    expect([redis.commands, redis.connections[0]?.isOpen]).toEqual([[], false]);
  });
});

test('bytes that answer nothing can be sent at any time', async () => {
  const { clock, connect, redis } = makeWorld();
  const client = await connect();
  redis.connections[0]?.send(resp.push('invalidate', 'k'));
  redis.connections[0]?.send('$3\r\nabcXX');
  await clock.advance(1);
  expect(client.received).toBe('>2\r\n$10\r\ninvalidate\r\n$1\r\nk\r\n$3\r\nabcXX');
});
