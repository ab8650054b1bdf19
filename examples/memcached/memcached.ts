import { HawserError, Pipeline, type ConnectionOptions, type WaitOptions } from 'hawser';
import { memcached, question, type Answer, type Question } from './protocol.ts';

/** What callers see. All of it rejects with a HawserError. */
export class Memcached implements AsyncDisposable {
  readonly #pipeline: Pipeline<Question, Answer>;

  private constructor(pipeline: Pipeline<Question, Answer>) {
    this.#pipeline = pipeline;
  }

  static async connect(options: ConnectionOptions): Promise<Memcached> {
    return new Memcached(await Pipeline.connect(memcached, options));
  }

  /** Only this one may be asked twice when its answer was lost: it changes nothing. */
  async get(key: string, wait?: WaitOptions): Promise<string | undefined> {
    return this.#pipeline.submit(question(`get ${checked(key)}\r\n`, key, /^END$/, true), wait);
  }

  async set(key: string, value: string, wait?: WaitOptions): Promise<void> {
    const head = `set ${checked(key)} 0 0 ${Buffer.byteLength(value)}`;
    await this.#pipeline.submit(question(`${head}\r\n${value}\r\n`, key, /^STORED$/), wait);
  }

  /** Resolves with the new value, `undefined` where there is none to count up. */
  async incr(key: string, wait?: WaitOptions): Promise<bigint | undefined> {
    const text = `incr ${checked(key)} 1\r\n`;
    const count = await this.#pipeline.submit(question(text, key, /^(?:(\d{1,20})|NOT_FOUND)$/), wait);
    return count === undefined ? undefined : BigInt(count);
  }

  /** Resolves with whether there was something to delete. */
  async delete(key: string, wait?: WaitOptions): Promise<boolean> {
    const text = `delete ${checked(key)}\r\n`;
    const deleted = question(text, key, /^(?:(DELETED)|NOT_FOUND)$/);
    return (await this.#pipeline.submit(deleted, wait)) !== undefined;
  }

  async close(wait?: WaitOptions): Promise<void> {
    await this.#pipeline.close(wait);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A space or a line's end in a key would be another command. */
function checked(key: string): string {
  if (/^[!-~]{1,250}$/.test(key)) return key;
  throw new HawserError('INVALID_ARGUMENT', 'a key is 1 to 250 characters of ASCII, none of them a space', {
    outcome: 'not-sent',
  });
}
