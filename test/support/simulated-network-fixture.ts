import { SimulatedNetwork, type SimulatedPeer, type SimulatedNetworkOptions } from 'hawser/testing';
import type { Transport, TransportListener } from '../../src/core/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

/** Where the server of these tests listens. */
export const ENDPOINT = { host: 'redis.test', port: 6379 };

/** An owner that notes what its transport tells it and consumes all but `keepBytes`. */
export class NotingListener implements TransportListener {
  readonly log: string[] = [];
  readonly #clock: VirtualClock;
  keepBytes = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  onData(bytes: Buffer): number {
    this.log.push(`${this.#clock.now()} data ${bytes.toString('latin1')}`);
    return Math.max(0, bytes.length - this.keepBytes);
  }

  onRoom(): void {
    this.log.push(`${this.#clock.now()} room`);
  }

  onLost(cause: Error & { code?: string }): void {
    this.log.push(`${this.#clock.now()} lost ${cause.code ?? cause.message}`);
  }
}

/** Dials the endpoint. */
export function dial(network: SimulatedNetwork, signal = new AbortController().signal): Promise<Transport> {
  return network.dial({ endpoint: ENDPOINT, startTlsLater: false, signal });
}

/** A connection that is open and listened to; opening it takes no time unless the options say so. */
export async function connect(options: Omit<SimulatedNetworkOptions, 'clock'> = {}): Promise<{
  clock: VirtualClock;
  network: SimulatedNetwork;
  transport: Transport;
  peer: SimulatedPeer;
  peerLog: string[];
  listener: NotingListener;
}> {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, connectMs: 0, ...options });
  const peerLog: string[] = [];
  const { connections } = network.listen(ENDPOINT, (connection) => {
    connection.onBytes((bytes) => peerLog.push(`${clock.now()} ${bytes.toString('latin1')}`));
    connection.onClosed((ending) => peerLog.push(`${clock.now()} ${ending}`));
  });
  const transport = await clock.waitFor(dial(network));
  const listener = new NotingListener(clock);
  transport.attach(listener);
  const [peer] = connections;
  if (peer === undefined) throw new Error('The dial was not accepted.');
  return { clock, network, transport, peer, peerLog, listener };
}

/** Writes ASCII text. */
export const write = (transport: Transport, text: string): void => transport.write(text, text.length);
/** What a log says without its times. */
export const joined = (log: readonly string[]): string =>
  log.map((line) => line.replace(/^[\d.]+ (?:data )?/, '')).join('');
