import {
  SimulatedNetwork,
  SimulatedRedis,
  VirtualClock,
  type SimulatedPeer,
  type SimulatedRedisOptions,
} from 'hawser/testing';
import type { Transport } from '../../src/core/index.ts';

const ENDPOINT = { host: 'redis.test', port: 6379 };

/** A client without any logic: what it sends and what it got. */
export class BareClient {
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

/** A simulated Redis, and what connects to it. */
export interface World {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly redis: SimulatedRedis;
  connect(): Promise<BareClient>;
  peer(number: number): SimulatedPeer;
}

export function makeWorld(options: Omit<SimulatedRedisOptions, 'clock'> = {}): World {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, connectMs: 0 });
  const redis = new SimulatedRedis({ clock, ...options });
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
    peer: (number) => network.connections[number - 1] as SimulatedPeer,
  };
  return result;
}

/** A line of words as a command. */
export function encode(line: string): string {
  const words = line.split(' ');
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
