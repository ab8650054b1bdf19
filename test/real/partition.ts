import { FaultProxy, type RedisServer } from 'hawser/testing';

/**
 * A network that falls silent for a while: nothing passes, nobody is told, and the connections of before stay as they are, on
 * either side, for ever. New ones are as good as ever when it is over.
 */
export class Partition {
  static async start({ port }: Pick<RedisServer, 'port'>): Promise<Partition> {
    return new Partition(await FaultProxy.start({ target: { host: '127.0.0.1', port } }));
  }

  readonly #proxy: FaultProxy;
  #over = (): void => {};

  private constructor(proxy: FaultProxy) {
    this.#proxy = proxy;
  }

  get port(): number {
    return this.#proxy.port;
  }

  /** As clients of Hawser take it. */
  get url(): string {
    return `redis://${this.#proxy.host}:${this.#proxy.port}`;
  }

  begin(): void {
    this.#over = this.#proxy.add({ kind: 'blackhole', direction: 'both' });
  }

  end(): void {
    for (const { number, state } of this.#proxy.connections) {
      if (state !== 'over') this.#proxy.add({ kind: 'blackhole', direction: 'both' }, { connection: number });
    }
    this.#over();
  }

  /** Ends the connections of clients as a firewall or a proxy may: the server is told nothing, and holds what it has held. */
  tear(): void {
    for (const { number, state } of this.#proxy.connections) {
      if (state === 'over') continue;
      this.#proxy.add({ kind: 'blackhole', direction: 'to-server' }, { connection: number });
      this.#proxy.add({ kind: 'half-close', direction: 'to-client' }, { connection: number });
    }
  }

  close(): Promise<void> {
    return this.#proxy.close();
  }
}
