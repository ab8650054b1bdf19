import { Buffer } from 'node:buffer';
import { connect } from 'node:net';

/**
 * The same few lines for every way that gives a caller a socket of its own: writes one encoded command, resolves at its
 * complete reply, and is strictly for one at a time. No handshake, no deadline, no state but what it waits for.
 */
export class MinimalSocket {
  #socket;
  /** What waits for the reply; `undefined`: nobody, so the socket is free. */
  #asked;
  #received = Buffer.alloc(0);
  #lost;

  /** @param {string} url @param {(cause: Error) => void} [lost] told once, when the socket has ended by itself */
  static open(url, lost = () => undefined) {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new MinimalSocket(socket, lost));
      });
    });
  }

  constructor(socket, lost) {
    this.#socket = socket;
    this.#lost = lost;
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new Error('The socket was closed.')));
  }

  /** Whether a reply is still due. */
  get isBusy() {
    return this.#asked !== undefined;
  }

  /** @param {string} command as {@link encode} makes it @returns {Promise<unknown>} */
  ask(command) {
    if (this.#asked !== undefined) throw new Error('Another command waits for its reply.');
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
      this.#socket.write(command);
    });
  }

  /** Resolves when the socket is closed. */
  close() {
    return new Promise((resolve) => {
      if (this.#socket.closed) resolve();
      else this.#socket.once('close', resolve).destroy();
    });
  }

  #take(bytes) {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const reply = readReply(this.#received, 0);
    if (reply === undefined) return;
    this.#received = this.#received.subarray(reply.end);
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked === undefined) this.#socket.destroy(new Error('A reply that nobody asked for.'));
    else if (reply.value instanceof Error) asked.reject(reply.value);
    else asked.resolve(reply.value);
  }

  #end(error) {
    this.#asked?.reject(error);
    this.#asked = undefined;
    this.#lost?.(error);
    this.#lost = undefined;
  }
}

/** @param {string[]} args @returns {string} a command as it goes on the wire */
export function encode(args) {
  let text = `*${args.length}\r\n`;
  for (const part of args) text += `$${Buffer.byteLength(part)}\r\n${part}\r\n`;
  return text;
}

const CARRIAGE_RETURN = 13;
const TYPE = { simple: 43, integer: 58, error: 45, bulk: 36, array: 42 };

/** @returns {{ value: unknown, end: number } | undefined} `undefined`: it is not complete yet */
function readReply(bytes, start) {
  const lineEnd = bytes.indexOf(CARRIAGE_RETURN, start);
  if (lineEnd === -1 || lineEnd + 2 > bytes.length) return undefined;
  const line = bytes.latin1Slice(start + 1, lineEnd);
  const end = lineEnd + 2;
  switch (bytes[start]) {
    case TYPE.simple:
      return { value: line, end };
    case TYPE.integer:
      return { value: Number(line), end };
    case TYPE.error:
      return { value: new Error(line), end };
    case TYPE.bulk:
      return readBulk(bytes, end, Number(line));
    case TYPE.array:
      return readArray(bytes, end, Number(line));
    default:
      return { value: new Error(`A reply of an unknown type: ${line}`), end };
  }
}

function readBulk(bytes, start, length) {
  if (length === -1) return { value: null, end: start };
  const end = start + length + 2;
  return end > bytes.length ? undefined : { value: bytes.utf8Slice(start, end - 2), end };
}

function readArray(bytes, start, length) {
  const value = [];
  let end = start;
  while (value.length < length) {
    const element = readReply(bytes, end);
    if (element === undefined) return undefined;
    value.push(element.value);
    end = element.end;
  }
  return { value, end };
}
