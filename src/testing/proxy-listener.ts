import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, Timer } from '../core/machine/index.ts';
import { pickPort } from './free-port.ts';

/** Where proxies listen. */
export const PROXY_HOST = '127.0.0.1';

const PORTS_TO_TRY = 20;
const AGAIN_AFTER_MS = 100;

type State =
  | { readonly name: 'listening'; readonly server: Server }
  | { readonly name: 'refusing' }
  /** Somebody else has taken the port meanwhile. */
  | { readonly name: 'waiting'; readonly timer: Timer }
  | { readonly name: 'closed' };

/** What a listener tells its proxy. */
export interface ListenerContext {
  readonly clock: Clock;
  readonly accept: (client: Socket) => void;
  readonly note: (what: string) => void;
}

/** A port that can be closed and opened again. */
export class ProxyListener {
  readonly #context: ListenerContext;
  #port = 0;
  #state: State = { name: 'closed' };
  /** The closing of the last server that was listening. */
  #shut: Promise<void> = Promise.resolve();

  constructor(context: ListenerContext) {
    this.#context = context;
  }

  /** Where it listens, once it has been opened. */
  get port(): number {
    return this.#port;
  }

  /** Listens at a port of its own choice. Rejects with the last reason when it finds none. */
  async open(): Promise<void> {
    for (let attemptsLeft = PORTS_TO_TRY; ; attemptsLeft -= 1) {
      const server = createServer({ allowHalfOpen: true });
      this.#port = pickPort();
      try {
        server.listen(this.#port, PROXY_HOST);
        await once(server, 'listening');
        return this.#own(server);
      } catch (error) {
        if (attemptsLeft === 0) throw error;
      }
    }
  }

  /** Whether connections are refused from now on. */
  set isRefusing(isRefusing: boolean) {
    const { name } = this.#state;
    if (name === 'closed' || isRefusing === (name === 'refusing')) return;
    this.#context.note(isRefusing ? 'refuses connections' : 'listens again');
    if (isRefusing) this.#leave('refusing');
    else this.#listen();
  }

  /** Resolves when the port is free. Connections have to be closed by who accepted them. */
  async close(): Promise<void> {
    if (this.#state.name !== 'closed') this.#leave('closed');
    await this.#shut;
  }

  #listen(): void {
    const server = createServer({ allowHalfOpen: true });
    server.listen(this.#port, PROXY_HOST);
    this.#own(server);
  }

  #own(server: Server): void {
    this.#state = { name: 'listening', server };
    server.on('connection', (client) => this.#context.accept(client));
    server.on('error', (error) => {
      if (!('server' in this.#state) || this.#state.server !== server) return;
      this.#context.note(`cannot listen, tries again in ${AGAIN_AFTER_MS} ms: ${error.message}`);
      const timer = this.#context.clock.setTimer(() => this.#listen(), AGAIN_AFTER_MS);
      this.#state = { name: 'waiting', timer };
    });
  }

  #leave(name: 'refusing' | 'closed'): void {
    const state = this.#state;
    this.#state = { name };
    if (state.name === 'waiting') this.#context.clock.clearTimer(state.timer);
    if (state.name === 'listening') this.#shut = shut(state.server);
  }
}

/** Resolves when the server is closed, connections and all. */
function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const close = (): void => void server.close(() => resolve());
    if (server.listening) return close();
    // It was told to listen in this very tick, and would do so after a close.
    server.once('listening', close);
    server.once('error', () => resolve());
  });
}
