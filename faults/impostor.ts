import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Listens before a server and passes everything on, until it is told to speak for it: to those that connect then, instead of
 * the server, or to those that are connected, between the server's own words.
 */
export class Impostor implements AsyncDisposable {
  /**
   * @param target where the server, or what stands before it, listens at 127.0.0.1
   * @param own where to listen; default: at a free port of 127.0.0.1
   */
  static async start(
    target: { readonly port: number },
    own: { readonly host: string; readonly port: number } = { host: '127.0.0.1', port: 0 },
  ): Promise<Impostor> {
    const impostor = new Impostor(target.port);
    impostor.#listener.listen(own);
    await once(impostor.#listener, 'listening');
    return impostor;
  }

  readonly #port: number;
  readonly #listener: Server;
  readonly #clients = new Set<Socket>();
  readonly #sockets = new Set<Socket>();
  #greeting: string | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.#listener = createServer((client) => this.#accept(client));
  }

  get endpoint(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#listener.address() as AddressInfo;
    return { host: address, port };
  }

  /** Answers whoever connects from now on with this, whatever is asked. Returns what lets the server answer again. */
  answer(greeting: string): () => void {
    this.#greeting = greeting;
    return () => (this.#greeting = undefined);
  }

  /** Says something to all who are connected. */
  interrupt(words: string): void {
    for (const client of this.#clients) client.write(words);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(client: Socket): void {
    this.#keep(client);
    const greeting = this.#greeting;
    if (greeting !== undefined) {
      client.once('data', () => client.end(greeting));
      return;
    }
    const server = connect({ port: this.#port, host: '127.0.0.1' });
    this.#keep(server);
    this.#clients.add(client);
    client.once('close', () => {
      this.#clients.delete(client);
      server.destroy();
    });
    server.once('close', () => client.destroy());
    client.pipe(server);
    server.pipe(client);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    // What is wrong with one end is told to the other by its close.
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
