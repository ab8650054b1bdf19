import { once } from 'node:events';
import { connect } from 'node:net';
import { Redis } from 'hawser/redis';
import {
  ScriptedServer,
  resp,
  respCodec,
  type ByteDuplex,
  type MessageCodec,
  type PeerScript,
} from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GROUNDS, dialled, refusal, write } from './scripted-stage.ts';

/** Messages are lines. */
const lines: MessageCodec<string, string> = {
  decode: (bytes) => {
    const end = bytes.indexOf('\n');
    return end === -1 ? undefined : { message: bytes.toString('utf8', 0, end), lengthBytes: end + 1 };
  },
  encode: (line) => `${line}\n`,
};

describe.each(GROUNDS)('a scripted server %s', (_, makeGround) => {
  test('takes and sends bytes in the order of its script, and has on record what came when', async () => {
    const ground = makeGround();
    const taken: string[] = [];
    const { server, endpoint } = await ground.serve({
      scripts: [
        async (peer) => {
          await peer.expect('S?');
          peer.send('N');
          taken.push(String(await peer.take(3)), String(await peer.takeUntil('\n')));
          peer.send('done');
          taken.push(await peer.closed());
        },
      ],
    });
    const { transport, received } = await dialled(ground, endpoint);
    write(transport, 'S?ab');
    await ground.until(received.until(({ text }) => text === 'N'));
    write(transport, 'ca li');
    write(transport, 'ne\nand more');
    await ground.until(received.until(({ text }) => text === 'Ndone'));
    transport.destroy();
    await ground.until(server.played());
    expect([taken, server.failures]).toEqual([['abc', 'a line\n', 'ended'], []]);
    const { pieces, ...attempt } = { ...server.attempts[0]!, ending: server.attempts[0]?.ending };
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).toString()).toBe('S?abca line\nand more');
    const times = [attempt.openedAtMs, ...pieces.map(({ atMs }) => atMs), attempt.ending?.atMs ?? 0];
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(attempt).toMatchObject({ number: 1, messages: [], ending: { by: 'client', how: 'ended' } });
    expect(attempt.script).toBe('over');
  });

  test('takes and sends messages of a protocol, and bytes that are none', async () => {
    const ground = makeGround();
    const { server, endpoint } = await ground.serve({
      codec: lines,
      scripts: [
        async (peer) => {
          for await (const line of peer.messages()) {
            if (line === 'end') {
              peer.sendBytes('half of a li');
              peer.end();
            } else peer.send(`${line}, ${line}`);
          }
        },
      ],
    });
    const { transport, received } = await dialled(ground, endpoint);
    write(transport, 'one\ntw');
    await ground.until(received.until(({ text }) => text === 'one, one\n'));
    write(transport, 'o\nend\n');
    await ground.until(received.lost());
    expect(received.text).toBe('one, one\ntwo, two\nhalf of a li');
    await ground.until(server.played());
    const [attempt] = server.attempts;
    expect(attempt?.messages.map(({ message }) => message)).toEqual(['one', 'two', 'end']);
    expect(attempt?.messages.map(({ atMs }) => atMs)).toEqual([
      attempt?.pieces[0]?.atMs,
      attempt?.pieces.at(-1)?.atMs,
      attempt?.pieces.at(-1)?.atMs,
    ]);
    expect(attempt?.ending).toMatchObject({ by: 'server', how: 'ended' });
  });

  test('speaks as Redis does, with clients of Redis', async () => {
    const ground = makeGround();
    const { server, endpoint } = await ground.serve({
      codec: respCodec,
      scripts: [
        async (peer) => {
          await peer.receive();
          peer.send(resp.error('LOADING in a moment'));
          peer.end();
        },
        async (peer) => {
          for await (const [name] of peer.messages()) {
            if (name === 'GET') peer.send([resp.push('invalidate', 'key'), resp.bulk('value')]);
            else if (name === 'HELLO') peer.send(resp.map([], 3));
            else peer.send(resp.simple('OK'));
          }
        },
      ],
    });
    const options = { endpoints: [endpoint], backoff: { baseMs: 1 } };
    const redis = Redis.start('redis://scripted', options, ground.environment);
    onTestFinished(() => ground.until(redis.close({ timeoutMs: 0 })).then(() => undefined));
    expect(await ground.until(redis.get('key'))).toBe('value');
    expect(server.attempts.map(({ messages }) => messages[0]?.message.slice(0, 2))).toEqual([
      ['HELLO', '3'],
      ['HELLO', '3'],
    ]);
    expect(server.attempts[1]?.messages.at(-1)?.message).toEqual(['GET', 'key']);
  });

  test('resets a connection whose script fails, and has on record why', async () => {
    const ground = makeGround();
    const { server, endpoint } = await ground.serve({
      scripts: [
        (peer) => peer.expect('right'),
        () => {
          throw new Error('thrown at once');
        },
      ],
    });
    const { transport, received } = await dialled(ground, endpoint);
    write(transport, 'wrong and more');
    expect(await ground.until(received.lost())).toBeInstanceOf(Error);
    // One that is reset at once may not even be seen to be open.
    await dialled(ground, endpoint).then(
      (second) => ground.until(second.received.lost()),
      (error: unknown) => expect(error).toMatchObject({ code: 'CONNECT_FAILED' }),
    );
    expect(server.failures.map(({ message }) => message)).toEqual([
      'Expected "right" and received "wrong".',
      'thrown at once',
    ]);
    expect(server.attempts.map(({ script, ending }) => [script, ending?.by, ending?.how])).toEqual([
      ['failed', 'server', 'reset'],
      ['failed', 'server', 'reset'],
    ]);
    await expect(ground.until(server.played())).rejects.toThrow('Expected "right"');
  });

  test('fails a script whose client has left too early, unless it goes through its messages', async () => {
    const ground = makeGround();
    const through: PeerScript<string, string> = async (peer) => {
      for await (const _line of peer.messages());
    };
    const { server, endpoint } = await ground.serve({
      codec: lines,
      scripts: [through, async (peer) => void (await peer.receive())],
    });
    for (const text of ['a line\n', 'half of a']) {
      const { transport } = await dialled(ground, endpoint);
      write(transport, text);
      transport.destroy();
    }
    await expect(ground.until(server.played())).rejects.toThrow(
      'The stream was ended before a message: received "half of a".',
    );
    expect(server.attempts.map(({ script }) => script)).toEqual(['over', 'failed']);
  });

  test('leaves a connection open and silent when its script is over, until the client leaves', async () => {
    const ground = makeGround();
    const { server, endpoint } = await ground.serve({ scripts: [() => {}] });
    const { transport, received } = await dialled(ground, endpoint);
    await ground.until(server.played());
    write(transport, 'anybody?');
    const [attempt] = server.attempts;
    await ground.when(() => attempt!.pieces.length > 0);
    expect([received.text, received.losses, attempt?.ending]).toEqual(['', [], undefined]);
    transport.destroy();
    await ground.when(() => attempt?.ending !== undefined);
    expect(attempt?.ending).toMatchObject({ by: 'client', how: 'ended' });
  });

  test('refuses an attempt, where it can, and else resets it', async () => {
    const ground = makeGround();
    const { server, endpoint } = await ground.serve({ scripts: ['refuse', (peer) => peer.send('welcome')] });
    const refused = dialled(ground, endpoint).then(({ received }) => ground.until(received.lost()));
    await refused.catch((error: unknown) => expect(error).toMatchObject({ code: 'CONNECT_FAILED' }));
    const { received } = await dialled(ground, endpoint);
    await ground.until(received.until(({ text }) => text === 'welcome'));
    expect(server.attempts.map(({ script, ending }) => [script, ending?.how])).toEqual([
      ['none', 'refused'],
      ['over', undefined],
    ]);
  });

  test.each([
    ['reset', 'none none'],
    ['refuse', 'none none'],
    ['repeat-last', 'over over'],
  ] as const)('does with attempts beyond its scripts what it is told: %s', async (beyond, scripts) => {
    const ground = makeGround();
    const { server, endpoint } = await ground.serve({ scripts: [(peer) => peer.end()], beyond });
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await dialled(ground, endpoint).then(
        ({ received }) => ground.until(received.lost()),
        () => undefined,
      );
    }
    expect(
      server.attempts
        .slice(1)
        .map(({ script }) => script)
        .join(' '),
    ).toBe(scripts);
  });

  test('tells nobody of the end that it has made itself by a reset', async () => {
    const ground = makeGround();
    const endings: string[] = [];
    const accept = (duplex: ByteDuplex): void => {
      duplex.onBytes((bytes) => {
        duplex.onClosed((ending) => endings.push(`${bytes.toString()} ${ending}`));
        if (String(bytes) === 'reset') duplex.reset();
      });
    };
    const endpoint = await ground.listen(accept);
    const first = await dialled(ground, endpoint);
    write(first.transport, 'reset');
    await ground.until(first.received.lost());
    const second = await dialled(ground, endpoint);
    write(second.transport, 'end');
    second.transport.destroy();
    await ground.when(() => endings.includes('end ended'));
    expect(endings).toEqual(['end ended']);
  });

  test('is closed at once: connections are reset, new ones are not on record, and scripts are not to blame', async () => {
    const ground = makeGround();
    const { server, endpoint } = await ground.serve({
      scripts: [async (peer) => void (await peer.receive())],
      beyond: 'repeat-last',
    });
    const { received } = await dialled(ground, endpoint);
    await ground.until(server.attempt(1));
    await server.close();
    await ground.until(received.lost());
    expect(await refusal(ground, endpoint)).toMatchObject({ code: 'CONNECT_FAILED' });
    expect([server.attempts.map(({ script }) => script), server.failures]).toEqual([['failed'], []]);
  });
});

test('a client that ends its half of a real socket is answered with the end of the other half, when the script is over', async () => {
  await using server = await ScriptedServer.start({ scripts: [(peer) => peer.send('all there is')] });
  const client = connect(server.port, server.host).end('nothing more');
  await once(client.resume(), 'close');
  await server.played();
  expect(server.attempts[0]?.ending).toMatchObject({ by: 'client', how: 'ended' });
});
