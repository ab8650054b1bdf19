import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { ScriptedServer, socketDuplex, type PeerScript } from 'hawser/testing';
import { expect, onTestFinished, test } from 'vitest';
import { Pipeline, type TlsOptions } from '../../src/core/index.ts';
import { pem, plainServer } from '../support/loopback.ts';
import { SSL_REQUEST } from './postgres-messages.ts';
import { rowReply, started, takeMessage, takeStartup } from './postgres-peer.ts';
import { postgresSimple, query } from './postgres-simple.ts';
import { valueOf } from './postgres-stage.ts';
import { causesOf, failureOf } from './stage.ts';

const TLS: TlsOptions = { ca: pem('authority.pem') };

/** Agrees to TLS with these bytes, then goes on over it. */
function serve(socket: Socket, agreement: string, said: string[]): void {
  const secure: PeerScript = async (peer) => {
    said.push(await takeStartup(peer));
    peer.send(started);
    said.push(await takeMessage(peer));
    peer.send(rowReply('over TLS'));
  };
  const plain: PeerScript = async (peer) => {
    await peer.expect(SSL_REQUEST);
    socket.removeAllListeners('data');
    peer.send(agreement);
    const certificate = { cert: pem('server.pem'), key: pem('server.key') };
    const secured = new TLSSocket(socket, { isServer: true, ...certificate });
    new ScriptedServer({ scripts: [secure] }).accept(socketDuplex(secured));
  };
  new ScriptedServer({ scripts: [plain] }).accept(socketDuplex(socket));
}

async function connect(agreement: string) {
  const said: string[] = [];
  const { port } = await plainServer((socket) => serve(socket, agreement, said));
  const protocol = postgresSimple({ user: 'ann', tls: 'required' });
  const connecting = Pipeline.connect(protocol, { endpoints: [{ host: '127.0.0.1', port }], tls: TLS });
  return { said, connecting };
}

test('PostgreSQL over real sockets goes on over TLS in mid-stream', async () => {
  const { said, connecting } = await connect('S');
  const pipeline = await connecting;
  onTestFinished(() => pipeline.close());
  expect(valueOf(await pipeline.submit(query('SELECT')))).toBe('over TLS');
  expect(said).toEqual(['user\0ann\0\0', 'Q SELECT']);
});

test('PostgreSQL over real sockets says nothing more when bytes came behind the answer', async () => {
  const { said, connecting } = await connect('Sx');
  const error = await failureOf(connecting);
  expect(causesOf(error)).toContain('PROTOCOL_VIOLATION');
  expect(said).toEqual([]);
});
