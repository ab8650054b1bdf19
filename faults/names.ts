import dns, { type LookupAddress, type LookupOptions } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What a look-up of a name comes to. */
export type NameAnswer =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[]; readonly afterMs?: number }
  | { readonly kind: 'unknown' };

type LookupCallback = (error: Error | null, address?: string | LookupAddress[], family?: number) => void;

/**
 * Answers the look-ups of one name in this process in the system's place, whoever makes them, and counts them. Other names
 * are the system's.
 */
export class Names implements Disposable {
  /** Of a kind that is nobody's (RFC 6761). */
  readonly name = 'server.test';
  readonly #systemLookup = dns.lookup;
  readonly #systemPromisedLookup = dns.promises.lookup;
  #answer: NameAnswer = { kind: 'addresses', addresses: ['127.0.0.1'] };
  #underWay = 0;
  #count = 0;
  #mostUnderWay = 0;
  readonly #over = new AbortController();

  constructor() {
    const promised = (host: string, options?: LookupOptions): Promise<unknown> =>
      host === this.name ? this.#lookUp(options) : this.#systemPromisedLookup(host, options ?? {});
    const called = (
      host: string,
      options: LookupOptions | LookupCallback,
      callback?: LookupCallback,
    ): void => {
      const given = typeof options === 'function' ? {} : options;
      const done = typeof options === 'function' ? options : callback!;
      if (host !== this.name) return this.#systemLookup(host, given, done as never);
      this.#lookUp(given).then(
        (found) => (Array.isArray(found) ? done(null, found) : done(null, found.address, found.family)),
        (error: unknown) => done(error as Error),
      );
    };
    this.#install(called, promised);
  }

  /** Look-ups so far. */
  get count(): number {
    return this.#count;
  }

  /** The most that were under way at once. */
  get mostUnderWay(): number {
    return this.#mostUnderWay;
  }

  /** Changes what look-ups come to that begin from now on; at first it is 127.0.0.1. Returns what takes that back. */
  answer(answer: NameAnswer): () => void {
    const before = this.#answer;
    this.#answer = answer;
    return () => (this.#answer = before);
  }

  [Symbol.dispose](): void {
    // A client may share one look-up of a name with others, which would wait for this one.
    this.#over.abort();
    this.#install(this.#systemLookup, this.#systemPromisedLookup);
  }

  #install(called: unknown, promised: unknown): void {
    Object.assign(dns, { lookup: called });
    Object.assign(dns.promises, { lookup: promised });
    syncBuiltinESMExports();
  }

  async #lookUp(options: LookupOptions = {}): Promise<LookupAddress | LookupAddress[]> {
    this.#count += 1;
    this.#underWay += 1;
    this.#mostUnderWay = Math.max(this.#mostUnderWay, this.#underWay);
    const answer = this.#answer;
    try {
      const afterMs = answer.kind === 'addresses' ? (answer.afterMs ?? 0) : 0;
      await wait(afterMs, undefined, { signal: this.#over.signal }).catch(() => {});
    } finally {
      this.#underWay -= 1;
    }
    const found =
      answer.kind === 'unknown'
        ? []
        : answer.addresses.map((address) => ({ address, family: isIP(address) }));
    const [first] = found;
    if (first === undefined) {
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${this.name}`), {
        code: 'ENOTFOUND',
        syscall: 'getaddrinfo',
      });
    }
    return options.all === true ? found : first;
  }
}
