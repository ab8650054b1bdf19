import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** As much of a memcached as the example asks of one, so that it runs where none is installed. Believes its client. */
export class StandIn implements AsyncDisposable {
  readonly #values = new Map<string, string>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#serve(socket));

  private constructor() {}

  static async start(): Promise<StandIn> {
    const standIn = new StandIn();
    standIn.#server.listen(0, '127.0.0.1');
    await once(standIn.#server, 'listening');
    return standIn;
  }

  /** On 127.0.0.1. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let unread = '';
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (text: string) => {
      unread += text;
      for (;;) {
        const command = /^(?:set (\S+) 0 0 (\d+)|.*)\r\n/.exec(unread);
        if (command === null) return;
        const [line, key, length] = command;
        const end = key === undefined ? line.length : line.length + Number(length) + 2;
        if (unread.length < end) return;
        const data = unread.slice(line.length, end - 2);
        unread = unread.slice(end);
        socket.write(key === undefined ? this.#answer(line.trimEnd()) : this.#set(key, data), 'latin1');
      }
    });
  }

  #set(key: string, value: string): string {
    if (value.length > 1_048_576) return 'SERVER_ERROR object too large for cache\r\n';
    this.#values.set(key, value);
    return 'STORED\r\n';
  }

  #answer(line: string): string {
    const [word, key = ''] = line.split(' ');
    const value = this.#values.get(key);
    if (word === 'version') return 'VERSION stand-in\r\n';
    if (word === 'get')
      return value === undefined ? 'END\r\n' : `VALUE ${key} 0 ${value.length}\r\n${value}\r\nEND\r\n`;
    if (word === 'delete') return this.#values.delete(key) ? 'DELETED\r\n' : 'NOT_FOUND\r\n';
    if (word !== 'incr') return 'ERROR\r\n';
    if (value === undefined) return 'NOT_FOUND\r\n';
    if (!/^\d+$/.test(value)) return 'CLIENT_ERROR cannot increment or decrement non-numeric value\r\n';
    this.#values.set(key, `${Number(value) + 1}`);
    return `${this.#values.get(key)}\r\n`;
  }
}
