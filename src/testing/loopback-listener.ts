import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, Timer } from '../core/machine/index.ts';
import { ClaimedPorts } from './claimed-ports.ts';

/** Where proxies and scripted servers listen. */
export const LOOPBACK_HOST = '127.0.0.1';

const PORTS_TO_TRY = 20;
const AGAIN_AFTER_MS = 100;

type State =
  | { readonly name: 'opening' | 'listening'; readonly server: Server }
  | { readonly name: 'refusing' }
  /** Somebody else has taken the port meanwhile. */
  | { readonly name: 'waiting'; readonly timer: Timer };

/** What a listener tells its owner. */
export interface ListenerContext {
  readonly clock: Clock;
  readonly accept: (client: Socket) => void;
  readonly note: (what: string) => void;
}

/** A port that can be closed and opened again. */
export class LoopbackListener {
  readonly #context: ListenerContext;
  #port = 0;
  #ports: ClaimedPorts | undefined;
  #state: State = { name: 'refusing' };
  /** What the state is led to, as soon as it can be. */
  #goal: 'listening' | 'refusing' | 'closed' = 'listening';
  #closing: Promise<void> | undefined;

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
      const ports = await ClaimedPorts.claim();
      this.#port = ports.take();
      try {
        server.listen(this.#port, LOOPBACK_HOST);
        await once(server, 'listening');
        this.#state = { name: 'listening', server };
        this.#ports = ports;
        return this.#watch(server);
      } catch (error) {
        await ports.release();
        if (attemptsLeft === 0) throw error;
      }
    }
  }

  /** Whether connections are refused from now on. */
  set isRefusing(isRefusing: boolean) {
    const goal = isRefusing ? 'refusing' : 'listening';
    if (this.#goal === 'closed' || this.#goal === goal) return;
    this.#goal = goal;
    this.#context.note(isRefusing ? 'refuses connections' : 'listens again');
    this.#approachGoal();
  }

  /** Resolves when the port is free and all its connections are closed, which is left to who accepted them. */
  async close(): Promise<void> {
    this.#goal = 'closed';
    if ('server' in this.#state) this.#closing ??= gone(this.#state.server);
    this.#approachGoal();
    await this.#closing;
    await this.#ports?.release();
  }

  #approachGoal(): void {
    const state = this.#state;
    if (this.#goal === 'listening') {
      if (state.name === 'refusing') this.#listen();
      return;
    }
    // One that is still opening would open all the same.
    if (state.name === 'opening') return;
    this.#state = { name: 'refusing' };
    if (state.name === 'waiting') this.#context.clock.clearTimer(state.timer);
    if (state.name === 'listening') state.server.close();
  }

  #listen(): void {
    const server = createServer({ allowHalfOpen: true });
    this.#state = { name: 'opening', server };
    this.#watch(server);
    server.listen(this.#port, LOOPBACK_HOST);
  }

  #watch(server: Server): void {
    server.on('connection', this.#context.accept);
    server.on('listening', () => {
      this.#state = { name: 'listening', server };
      this.#approachGoal();
    });
    server.on('error', (error) => {
      this.#context.note(`listening failed: ${error.message}`);
      // Without file handles left, an accept fails too.
      if (this.#state.name !== 'opening') return;
      const timer = this.#context.clock.setTimer(() => this.#listen(), AGAIN_AFTER_MS);
      this.#state = { name: 'waiting', timer };
      this.#approachGoal();
    });
  }
}

/** Resolves when a server that is being closed is, or cannot listen in the first place. */
function gone(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.once('close', resolve);
    server.once('error', () => server.listening || resolve());
  });
}
