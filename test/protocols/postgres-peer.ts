import type { PeerScript, ScriptedPeer } from 'hawser/testing';
import { integers, message, shortIntegers, texts } from './postgres-messages.ts';
import type { TransactionStatus } from './postgres-simple.ts';

/** What a server sends, as bytes. */
export const server = {
  authentication: (method: number): Buffer => message('R', integers(method)),
  parameter: (name: string, value: string): Buffer => message('S', texts(name, value)),
  key: (process: number, secret: number): Buffer => message('K', integers(process, secret)),
  ready: (status: TransactionStatus = 'I'): Buffer => message('Z', Buffer.from(status)),
  complete: (tag: string): Buffer => message('C', texts(tag)),
  empty: (): Buffer => message('I'),
  notification: (channel: string, payload: string): Buffer =>
    message('A', integers(4_711), texts(channel, payload)),
  columns: (...names: readonly string[]): Buffer => {
    const fields = names.flatMap((name) => [texts(name), Buffer.alloc(18)]);
    return message('T', shortIntegers(names.length), ...fields);
  },
  row: (...values: readonly (string | null)[]): Buffer => {
    const fields = values.flatMap((value) =>
      value === null ? [integers(-1)] : [integers(Buffer.byteLength(value)), Buffer.from(value)],
    );
    return message('D', shortIntegers(values.length), ...fields);
  },
  error: (code: string, text: string, severity = 'ERROR'): Buffer => withFields('E', severity, code, text),
  notice: (code: string, text: string): Buffer => withFields('N', 'NOTICE', code, text),
};

function withFields(type: string, severity: string, code: string, text: string): Buffer {
  return message(type, texts(`S${severity}`, `V${severity}`, `C${code}`, `M${text}`, ''));
}

/** All that answers a query with one row of one column. */
export function rowReply(value: string | null): Buffer {
  const rows = [server.columns('value'), server.row(value)];
  return Buffer.concat([...rows, server.complete('SELECT 1'), server.ready()]);
}

/** All that ends a start-up well, without a password. */
export const started: Buffer = Buffer.concat([
  server.authentication(0),
  server.parameter('server_version', '18.1'),
  server.key(4_711, 42),
  server.ready(),
]);

/** Takes the start-up message and returns what it says, without its length and version. */
export async function takeStartup(peer: ScriptedPeer): Promise<string> {
  const length = (await peer.take(4)).readInt32BE();
  const body = await peer.take(length - 4);
  return body.toString('utf8', 4);
}

/** Takes one message and returns its type and text. */
export async function takeMessage(peer: ScriptedPeer): Promise<string> {
  const type = (await peer.take(1)).toString();
  const length = (await peer.take(4)).readInt32BE();
  return `${type} ${(await peer.take(length - 4)).toString().replace(/\0$/, '')}`;
}

/** A server that lets everybody in, takes so many queries and sends this. */
export function answering(queries: number, ...bytes: readonly Buffer[]): PeerScript {
  return async (peer) => {
    await takeStartup(peer);
    peer.send(started);
    for (let taken = 0; taken < queries; taken += 1) await takeMessage(peer);
    peer.send(Buffer.concat(bytes));
  };
}
