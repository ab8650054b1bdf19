import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { uncounted } from '../dials.ts';

/**
 * A connection of the lab's own, for what is asked of a server again and again, each answered in one line. It is opened when
 * something is asked, and again after a loss. One thing is asked after the other.
 */
export class RedisLine {
  readonly #to: NetConnectOpts;
  readonly #greeting: () => readonly (readonly string[])[];
  #socket: Socket | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param greeting what has to be asked first on each connection */
  constructor(to: NetConnectOpts, greeting: () => readonly (readonly string[])[] = () => []) {
    this.#to = to;
    this.#greeting = greeting;
  }

  /** Resolves to the line of the answer. Rejects when it is an error, or when the connection ends before. */
  ask(...words: readonly string[]): Promise<string> {
    const answer = this.#turn.then(() => this.#ask(words));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  end(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #ask(words: readonly string[]): Promise<string> {
    if (this.#socket === undefined) await this.#open();
    return this.#exchange(words);
  }

  async #open(): Promise<void> {
    const socket = uncounted(() => connect(this.#to));
    this.#socket = socket;
    const lost = (): void => {
      if (this.#socket === socket) this.#socket = undefined;
    };
    socket.once('close', lost).on('error', lost);
    await once(socket, 'connect');
    for (const words of this.#greeting()) await this.#exchange(words);
  }

  async #exchange(words: readonly string[]): Promise<string> {
    const socket = this.#socket;
    if (socket === undefined) throw new Error('The connection has ended.');
    const bulks = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${bulks.join('')}`);
    let answer = '';
    while (!answer.endsWith('\r\n')) answer += await nextText(socket);
    if (answer.startsWith('-')) throw new Error(answer.trim());
    return answer.trim();
  }
}

/** What comes next. Rejects when nothing comes any more. */
function nextText(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    const heard = (chunk: Buffer): void => {
      socket.off('close', closed);
      resolve(chunk.toString());
    };
    const closed = (): void => {
      socket.off('data', heard);
      reject(new Error('The connection has ended.'));
    };
    socket.once('data', heard).once('close', closed);
  });
}
