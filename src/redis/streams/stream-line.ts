import type { HawserError, WaitOptions } from '../../core/index.ts';
import type { CommandMethods } from '../generated/all-commands.ts';

/** Where what waits on the server for entries is asked. */
export interface StreamLine {
  /** Whether a failure says that all connections are lent, and there never was one for it. */
  isBusy(error: HawserError): boolean;
  /** Asks on it. Rejects as `use` does, and with why there is no connection. */
  ask<T>(use: (commands: CommandMethods) => Promise<T>): Promise<T>;
  /** Resolves when the server is reached; rejects when waiting does not help. */
  ready(options: WaitOptions): Promise<unknown>;
  /** Resolves when nothing is given any more to what was asked on it before and was lost. Rejects as a call does. */
  fence(): Promise<void>;
  /** To be called when its signal has fired: a connection that it has is given back, at once or when what is asked has ended. */
  end(): void;
}

/** A client that finds a connection for each call by itself, to whichever node has the key. */
export class ClientLine implements StreamLine {
  readonly #client: CommandMethods & Pick<StreamLine, 'ready'>;

  constructor(client: CommandMethods & Pick<StreamLine, 'ready'>) {
    this.#client = client;
  }

  /** What is busy one time may be another node's the next. */
  isBusy(): boolean {
    return false;
  }

  ask<T>(use: (commands: CommandMethods) => Promise<T>): Promise<T> {
    return use(this.#client);
  }

  ready(options: WaitOptions): Promise<unknown> {
    return this.#client.ready(options);
  }

  /** A node is asked to end what has died before it is asked anything else: there is nothing to wait for. */
  fence(): Promise<void> {
    return Promise.resolve();
  }

  end(): void {
    // Each call ends by itself.
  }
}
