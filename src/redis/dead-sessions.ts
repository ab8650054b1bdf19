import type { Ask } from './aside.ts';
import { RedisReplyError } from './errors.ts';

/**
 * By which a server knows a session (CLIENT INFO, since Redis 6.2). Its number alone would not do: another server, and the same
 * one after a restart, gives the same numbers to others.
 */
export interface SessionMark {
  readonly number: string;
  /** The client's end of the stream, as the server sees it. */
  readonly peer: string;
  /** The server's end. */
  readonly local: string;
}

/**
 * Sessions that are over for us, and on which the server may still hold a call: what it would answer goes to nobody. However they
 * have ended, the server needs not know yet: what has torn them for us is a firewall or a proxy, maybe. They are
 * ended there as soon as it is reached again: before anything else is asked on a new connection, and at once on one that
 * there is.
 *
 * There are no more than there were connections at a time: each handshake leaves none.
 */
export class DeadSessions {
  readonly #marks = new Set<SessionMark>();

  add(mark: SessionMark): void {
    this.#marks.add(mark);
  }

  /**
   * Has the server end them. Resolves when it holds nothing on them any more, as far as it lets itself be asked; rejects as
   * `ask` does where it was not reached, and they are left for the next time.
   */
  async end(ask: Ask): Promise<void> {
    const endOne = async (mark: SessionMark): Promise<void> => {
      const { number, peer, local } = mark;
      try {
        await ask(['CLIENT', 'KILL', 'ID', number, 'ADDR', peer, 'LADDR', local, 'SKIPME', 'yes']);
      } catch (error) {
        if (!(error instanceof RedisReplyError)) throw error;
        // Held up by a script, it says no to all.
        if (error.code === 'BUSY') return;
      }
      this.#marks.delete(mark);
    };
    await Promise.all([...this.#marks].map(endOne));
  }
}

/** The mark in the answer to CLIENT INFO; `undefined` where the server does not tell. */
export function markIn(info: unknown): SessionMark | undefined {
  if (typeof info !== 'string') return undefined;
  const [, number, peer, local] = /^id=(\d+) addr=(\S+) laddr=(\S+) /.exec(info) ?? [];
  if (number === undefined || peer === undefined || local === undefined) return undefined;
  return { number, peer, local };
}
