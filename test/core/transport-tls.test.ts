import { once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { socketDial } from '../../src/core/dial.ts';
import { HawserError } from '../../src/core/machine/index.ts';
import type { TlsOptions, Transport } from '../../src/core/transport.ts';
import {
  pem,
  plainServer,
  Recorder,
  requestFor,
  tlsServer,
  type LoopbackServer,
} from '../support/loopback.ts';

const TRUST = { ca: pem('authority.pem') };
const REFUSED = { code: 'HANDSHAKE_REFUSED', outcome: 'not-sent' };
const FAILED = { code: 'CONNECT_FAILED', outcome: 'not-sent' };

function dialTls(server: LoopbackServer, tls: TlsOptions, host = 'localhost'): Promise<Transport> {
  return socketDial(requestFor({ host, port: server.port }, { tls }));
}

function echo(socket: Socket): void {
  socket.pipe(socket);
}

async function expectEcho(transport: Transport): Promise<void> {
  const recorder = Recorder.attachedTo(transport);
  transport.write('over TLS', 8);
  await recorder.until(({ text }) => text === 'over TLS');
}

async function expectRefusal(dialling: Promise<Transport>, expected: object, message: RegExp): Promise<void> {
  const error: unknown = await dialling.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(HawserError);
  expect(error).toMatchObject(expected);
  expect((error as HawserError).message).toMatch(message);
}

describe('the certificate of the peer', () => {
  test.each(['localhost', '127.0.0.1'])('is verified against the host that was dialled: %s', async (host) => {
    const server = await tlsServer(echo);
    await expectEcho(await dialTls(server, TRUST, host));
  });

  test('is verified against a servername in place of the host', async () => {
    const names: unknown[] = [];
    const server = await tlsServer(echo, {
      cert: pem('wrong-name.pem'),
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    await expectEcho(await dialTls(server, { ...TRUST, servername: 'elsewhere.example' }));
    expect(names).toEqual(['elsewhere.example']);
  });

  test('is verified against an address as servername, which is not sent', async () => {
    const names: unknown[] = [];
    const server = await tlsServer(echo, {
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    await expectEcho(await dialTls(server, { ...TRUST, servername: '127.0.0.1' }));
    expect(names).toEqual([]);
  });

  test('may be signed by one of several authorities, given as text or as bytes', async () => {
    const server = await tlsServer(echo);
    await expectEcho(await dialTls(server, { ca: [pem('stranger.pem'), Buffer.from(pem('authority.pem'))] }));
  });

  test.each([
    {
      what: 'of an unknown authority',
      cert: 'server.pem',
      tls: {},
      check: /UNABLE_TO_VERIFY_LEAF_SIGNATURE/,
    },
    {
      what: 'of another authority',
      cert: 'server.pem',
      tls: { ca: pem('stranger.pem') },
      check: /UNABLE_TO_VERIFY_LEAF_SIGNATURE/,
    },
    { what: 'for another name', cert: 'wrong-name.pem', tls: TRUST, check: /ERR_TLS_CERT_ALTNAME_INVALID/ },
    { what: 'that has expired', cert: 'expired.pem', tls: TRUST, check: /CERT_HAS_EXPIRED/ },
    { what: 'signed by itself', cert: 'self-signed.pem', tls: TRUST, check: /DEPTH_ZERO_SELF_SIGNED_CERT/ },
  ])('is refused when it is one $what, unless told otherwise', async ({ cert, tls, check }) => {
    const server = await tlsServer(echo, { cert: pem(cert) });
    await expectRefusal(dialTls(server, tls), REFUSED, check);
    await expectRefusal(dialTls(server, { ...tls, rejectUnauthorized: true }, '127.0.0.1'), REFUSED, check);
    await expectEcho(await dialTls(server, { ...tls, rejectUnauthorized: false }));
  });

  test('is verified though an option is there and undefined', async () => {
    const server = await tlsServer(echo);
    await expectRefusal(dialTls(server, { rejectUnauthorized: undefined }), REFUSED, /does not verify/);
  });
});

describe('the client certificate', () => {
  const demanding = { requestCert: true, rejectUnauthorized: true, ...TRUST };
  const own = { cert: pem('client.pem'), key: pem('client.key') };

  test.each([
    { what: 'its key', tls: own },
    { what: 'bytes', tls: { cert: Buffer.from(own.cert), key: Buffer.from(own.key) } },
    {
      what: 'its encrypted key',
      tls: { cert: own.cert, key: pem('client-encrypted.key'), passphrase: 'a passphrase' },
    },
  ])('is shown to a server that asks for it, given with $what', async ({ tls }) => {
    const server = await tlsServer(echo, demanding);
    await expectEcho(await dialTls(server, { ...TRUST, ...tls }));
  });

  test('is missed by a server at the handshake of TLS 1.2', async () => {
    const server = await tlsServer(echo, { ...demanding, maxVersion: 'TLSv1.2' });
    await expectRefusal(dialTls(server, TRUST), REFUSED, /ALERT_HANDSHAKE_FAILURE/);
  });

  test('is missed by a server after the handshake of TLS 1.3', async () => {
    const server = await tlsServer(echo, demanding);
    const recorder = Recorder.attachedTo(await dialTls(server, TRUST));
    const lost = await recorder.lost();
    expect(lost).toMatchObject({ code: 'HANDSHAKE_REFUSED', outcome: 'unknown' });
    expect(lost.message).toMatch(/ALERT_CERTIFICATE_REQUIRED/);
  });

  test.each([
    { what: 'is none', tls: { cert: 'no certificate', key: own.key } },
    { what: 'has another key', tls: { cert: own.cert, key: pem('server.key') } },
    {
      what: 'has a key of which the passphrase is wrong',
      tls: { cert: own.cert, key: pem('client-encrypted.key'), passphrase: 'wrong' },
    },
  ])('refuses the dial when it $what, without showing it', async ({ tls }) => {
    const server = await tlsServer(echo);
    const dialling = dialTls(server, { ...TRUST, ...tls });
    await expectRefusal(dialling, REFUSED, /^the TLS options cannot be used: [^\n]*$/);
    await expect(dialling).rejects.not.toMatchObject({
      message: expect.stringMatching(/PRIVATE|wrong|no certificate/),
    });
    await server.drained();
  });
});

describe('a peer that does not speak TLS', () => {
  test.each([
    { what: 'answers in plain text', answer: (socket: Socket) => socket.write('-ERR this is no TLS\r\n') },
    { what: 'closes', answer: (socket: Socket) => socket.end() },
    { what: 'resets', answer: (socket: Socket) => socket.resetAndDestroy() },
  ])('fails the dial when it $what', async ({ answer }) => {
    const server = await plainServer((socket) => socket.once('data', () => answer(socket)));
    await expectRefusal(dialTls(server, TRUST), FAILED, /^no TLS with 127\.0\.0\.1:\d+: /);
    await server.drained();
  });

  test('refuses the dial when it speaks only an older version', async () => {
    const server = await tlsServer(echo, { maxVersion: 'TLSv1.2' });
    await expectRefusal(
      dialTls(server, { ...TRUST, minVersion: 'TLSv1.3' }),
      REFUSED,
      /ALERT_PROTOCOL_VERSION/,
    );
  });
});

describe('TLS in mid-stream', () => {
  /** As PostgreSQL does: one byte of answer to one question, and then TLS. */
  function upgradingServer(answer = 'S', cert = 'server.pem'): Promise<LoopbackServer> {
    return plainServer((socket) => {
      socket.once('data', () => {
        socket.write(answer);
        const secured = new TLSSocket(socket, { isServer: true, cert: pem(cert), key: pem('server.key') });
        secured.on('error', () => {});
        echo(secured);
      });
    });
  }

  async function begin(
    server: LoopbackServer,
    tls: TlsOptions = TRUST,
    signal = new AbortController().signal,
  ) {
    const endpoint = { host: 'localhost', port: server.port };
    const transport = await socketDial(requestFor(endpoint, { tls, startTlsLater: true, signal }));
    const recorder = Recorder.attachedTo(transport);
    transport.write('TLS?', 4);
    await recorder.until(({ text, rest }) => text.length + rest.length > 0);
    return { transport, recorder };
  }

  test('goes on with the same listener and the same counts', async () => {
    const { transport, recorder } = await begin(await upgradingServer());
    await transport.startTls();
    transport.write('over TLS', 8);
    await recorder.until(({ text }) => text === 'Sover TLS');
    if (!transport.hasRoom) await recorder.until(({ rooms }) => rooms > 0);
    expect(transport.bytesAccepted).toBe(12);
    expect(transport.bytesReceived).toBe(9);
  });

  test('verifies the certificate, and closes the stream when it does not verify', async () => {
    const server = await upgradingServer('S', 'expired.pem');
    const { transport, recorder } = await begin(server);
    await expect(transport.startTls()).rejects.toMatchObject(REFUSED);
    await server.drained();
    expect(recorder.losses).toEqual([]);
  });

  test('is not started behind plain text that was not consumed', async () => {
    const server = await plainServer((socket) => socket.once('data', () => socket.write('Sinjected')));
    const endpoint = { host: '127.0.0.1', port: server.port };
    const transport = await socketDial(requestFor(endpoint, { tls: TRUST, startTlsLater: true }));
    const recorder = Recorder.attachedTo(transport, (bytes) => (bytes.length > 1 ? 1 : 0));
    transport.write('TLS?', 4);
    await recorder.until(({ rest }) => rest.toString() === 'injected');
    await expect(transport.startTls()).rejects.toMatchObject({ code: 'PROTOCOL_VIOLATION' });
  });

  test('ends with the signal of the dial, and closes the stream', async () => {
    const server = await plainServer((socket) => socket.once('data', () => socket.write('S')));
    const end = new AbortController();
    const { transport, recorder } = await begin(server, TRUST, end.signal);
    const upgrade = transport.startTls();
    const reason = new HawserError('CLOSED', 'the connection is closed', { outcome: 'not-sent' });
    end.abort(reason);
    await expect(upgrade).rejects.toBe(reason);
    await server.drained();
    expect(recorder.losses).toEqual([]);
  });

  test('ends when the transport is destroyed', async () => {
    const server = await plainServer((socket) => socket.once('data', () => socket.write('S')));
    const { transport, recorder } = await begin(server);
    const upgrade = transport.startTls();
    transport.destroy();
    await expect(upgrade).rejects.toMatchObject(FAILED);
    await server.drained();
    expect(recorder.losses).toEqual([]);
  });

  test('lets nothing out in plain text while it is negotiated', async () => {
    const heard: Buffer[] = [];
    const server = await plainServer((socket) =>
      socket.on('data', (chunk: Buffer) => heard.push(chunk)).once('data', () => socket.write('S')),
    );
    const { transport } = await begin(server);
    const upgrade = transport.startTls();
    transport.write('a secret', 8);
    const [hello] = (await once(await server.socket(), 'data')) as [Buffer];
    expect(hello[0]).toBe(22);
    transport.destroy();
    await expect(upgrade).rejects.toMatchObject(FAILED);
    await server.drained();
    expect(Buffer.concat(heard).includes('a secret')).toBe(false);
  });

  test('rejects when the stream is already gone', async () => {
    const server = await upgradingServer();
    const { transport, recorder } = await begin(server);
    await server.reset();
    await recorder.lost();
    await expect(transport.startTls()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});
