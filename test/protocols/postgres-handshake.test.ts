import type { PeerScript } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { SSL_REQUEST } from './postgres-messages.ts';
import { answering, rowReply, server, started, takeMessage, takeStartup } from './postgres-peer.ts';
import { ask, stageOf } from './postgres-stage.ts';
import { causesOf } from './stage.ts';

describe('the start-up', () => {
  test('is one exchange of many messages where no password is wanted', async () => {
    const said: string[] = [];
    const stage = stageOf([
      async (peer) => {
        said.push(await takeStartup(peer));
        peer.send(started);
      },
    ]);
    await stage.ready();
    expect(said).toEqual(['user\0ann\0\0']);
    expect(stage.pushed).toEqual([{ kind: 'parameter', name: 'server_version', value: '18.1' }]);
  });

  test('gives the password when it is asked for, and not before', async () => {
    const said: string[] = [];
    const stage = stageOf([
      async (peer) => {
        await takeStartup(peer);
        expect(stage.network.connections[0]?.written.includes('secret')).toBe(false);
        peer.send(server.authentication(3));
        said.push(await takeMessage(peer));
        peer.send(started);
      },
    ]);
    await stage.ready();
    expect(said).toEqual(['p secret']);
  });

  test.each([
    ['a wrong password', server.error('28P01', 'password authentication failed for user "ann"', 'FATAL')],
    ['no such database', server.error('3D000', 'database "ann" does not exist', 'FATAL')],
    ['a way to authenticate that is not known', server.authentication(10)],
  ])('parks after %s, and names no argument', async (_what, refusal) => {
    const script: PeerScript = async (peer) => {
      await takeStartup(peer);
      peer.send(refusal);
      peer.end();
    };
    const stage = stageOf([script]);
    const error = await stage.failure(stage.pipeline.ready() as Promise<never>);
    expect([stage.pipeline.state, error.code]).toEqual(['parked', 'NOT_CONNECTED']);
    expect(error.cause).toMatchObject({ code: 'HANDSHAKE_REFUSED', outcome: 'not-sent' });
    expect(`${error.message}${String(error.cause)}`).not.toMatch(/ann|secret/);
  });

  test.each([
    ['57P03', 'the database system is starting up'],
    ['53300', 'sorry, too many clients already'],
  ])('is tried again after %s (%s)', async (code, text) => {
    const busy: PeerScript = async (peer) => {
      await takeStartup(peer);
      peer.send(server.error(code, text, 'FATAL'));
      peer.end();
    };
    const stage = stageOf([busy, busy, answering(1, rowReply('here'))]);
    const causes: unknown[] = [];
    stage.pipeline.onState(({ to, cause }) => {
      if (to === 'backing-off') causes.push(cause?.message);
    });
    expect(await ask(stage, 'SELECT 1')).toEqual(['here']);
    const wanted = expect.stringContaining(`${code}: ${text}`);
    expect(causes).toEqual([wanted, wanted]);
  });
});

describe('TLS in mid-stream', () => {
  const speaksTls: PeerScript = async (peer) => {
    await peer.expect(SSL_REQUEST);
    peer.send('S');
    await takeStartup(peer);
    peer.send(started);
  };
  const plainOnly: PeerScript = async (peer) => {
    await peer.expect(SSL_REQUEST);
    peer.send('N');
    await takeStartup(peer);
    peer.send(started);
  };

  test.each(['required', 'preferred'] as const)('starts after the answer S when it is %s', async (tls) => {
    const stage = stageOf([speaksTls], { tls });
    await stage.ready();
    expect(stage.network.dials).toMatchObject([{ startTlsLater: true }]);
    expect(stage.network.connections[0]?.tlsStarts).toBe(1);
  });

  test('is left out after the answer N when it is preferred', async () => {
    const stage = stageOf([plainOnly], { tls: 'preferred' });
    await stage.ready();
    expect(stage.network.connections[0]?.tlsStarts).toBe(0);
  });

  test('parks after the answer N when it is required, with nothing said in plain text', async () => {
    const script: PeerScript = async (peer) => {
      await peer.expect(SSL_REQUEST);
      peer.send('N');
      await peer.closed();
    };
    const stage = stageOf([script], { tls: 'required' });
    await stage.failure(stage.pipeline.ready() as Promise<never>);
    expect(stage.pipeline.state).toBe('parked');
    expect(stage.network.connections[0]?.written).toEqual(SSL_REQUEST);
  });

  // CVE-2021-23222: what is put behind the answer in plain text would pass for something that came over TLS.
  test('is refused when anything came behind the answer S', async () => {
    const injected: PeerScript = async (peer) => {
      await peer.expect(SSL_REQUEST);
      peer.send(Buffer.concat([Buffer.from('S'), started]));
      await peer.closed();
    };
    const stage = stageOf([injected, speaksTls], { tls: 'required' });
    const causes: string[] = [];
    stage.pipeline.onState(({ cause }) => causes.push(...causesOf(cause)));
    await stage.ready();
    const [first, second] = stage.network.connections;
    expect(causes).toContain('PROTOCOL_VIOLATION');
    expect([first?.tlsStarts, second?.tlsStarts]).toEqual([0, 1]);
    expect(first?.written).toEqual(SSL_REQUEST);
  });

  test('is not taken for granted after any other answer', async () => {
    const confused: PeerScript = async (peer) => {
      await peer.expect(SSL_REQUEST);
      peer.send('E');
      await peer.closed();
    };
    const stage = stageOf([confused, speaksTls], { tls: 'preferred' });
    await stage.ready();
    expect(stage.network.connections.map(({ tlsStarts }) => tlsStarts)).toEqual([0, 1]);
  });
});
