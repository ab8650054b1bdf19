import { Fifo } from '../machine/index.ts';
import type { Call } from './calls.ts';
import type { OwnedSocket, SocketMessage } from './owned-sockets.ts';
import type { Timeout } from './timeouts.ts';

/** What waits for the behaviour. */
export type Message =
  /** The first. */
  | { readonly kind: 'init'; readonly argument: unknown }
  /** From those who use the connection. */
  | { readonly kind: 'call' | 'upgrade'; readonly call: Call }
  | { readonly kind: 'cast' | 'info'; readonly message: unknown }
  /** The wait of a backoff is over. */
  | { readonly kind: 'tick' }
  | { readonly kind: 'socket'; readonly message: SocketMessage; readonly from: OwnedSocket }
  | { readonly kind: 'timeout'; readonly timeout: Timeout };

/** Below this number, calls whose callers have left are not worth collecting. */
const LEAST_COLLECTED = 64;

/** The messages that wait for their turn, in the order in which they came. Those of senders have a cap. */
export class Mailbox {
  readonly #messages = new Fifo<Message>();
  readonly #max: number;
  #sent = 0;
  /** Calls whose callers have left, and which are passed over. */
  #left = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Messages that wait. */
  get size(): number {
    return this.#messages.length - this.#left;
  }

  /** Messages that are kept, with those that are passed over. */
  get kept(): number {
    return this.#messages.length;
  }

  /** Messages of senders, without the calls whose callers have left. */
  get sent(): number {
    return this.#sent;
  }

  /** Whether as many messages of senders wait as may. */
  get isFull(): boolean {
    return this.#sent >= this.#max;
  }

  push(message: Message): void {
    this.#messages.push(message);
    if (isSent(message)) this.#sent += 1;
  }

  /** Removes and returns the oldest message. */
  take(): Message | undefined {
    for (let message = this.#messages.shift(); message !== undefined; message = this.#messages.shift()) {
      if (hasLeft(message)) {
        this.#left -= 1;
      } else {
        if (isSent(message)) this.#sent -= 1;
        return message;
      }
    }
    return undefined;
  }

  /** The caller of a call that waits here has left. */
  callLeft(): void {
    this.#sent -= 1;
    this.#left += 1;
    if (this.#left > LEAST_COLLECTED && this.#left > this.size) {
      this.#messages.retain((message) => !hasLeft(message));
      this.#left = 0;
    }
  }

  /** Removes messages that are not of senders, by their kind. */
  drop(kind: 'tick' | 'socket'): void {
    if (this.size > this.#sent) this.#messages.retain((message) => message.kind !== kind);
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#messages.retain(() => false);
    this.#sent = 0;
    this.#left = 0;
  }
}

function isSent({ kind }: Message): boolean {
  return kind === 'call' || kind === 'upgrade' || kind === 'cast' || kind === 'info';
}

function hasLeft(message: Message): boolean {
  return 'call' in message && message.call.phase === 'gone';
}
