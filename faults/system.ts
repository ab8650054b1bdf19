/** How a server of a row is started, beyond the defaults. */
export interface ServerNeeds {
  readonly password?: string;
  /** The address to listen at, and what stands before its command. Default: 127.0.0.1, nothing. */
  readonly at?: { readonly host: string; readonly launcher: readonly string[] };
  /** Paths of PEM files: it listens for TLS too. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string };
}

/** A real server that a row may do anything to. Confirmed writes survive a kill. */
export interface Server extends AsyncDisposable {
  /**
   * Where clients find it, and all ports that they may come to, where it is several servers: no proxy stands before those.
   * `host` and `port` are those of one of them.
   */
  readonly several?: {
    readonly endpoints: readonly { readonly host: string; readonly port: number }[];
    readonly ports: readonly number[];
  };
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number | undefined;
  kill(): Promise<void>;
  restart(): Promise<void>;
  pause(): void;
  resume(): void;
}

/** Elements that were put into queues, in the order in which the server has taken them, and what it still has. */
export interface Queues {
  readonly put: readonly string[];
  /** From which elements are taken. */
  readonly list: readonly string[];
  /** In no order but its own. */
  readonly ranked: readonly string[];
  /** From which they are moved, and where to. */
  readonly source: readonly string[];
  readonly destination: readonly string[];
}

/** What happens on a server beside calls: messages, and elements that are waited for. */
export interface Beside {
  /** Publishes a word to several channels, `size` bytes of it at least, and writes down that it has, all at once. */
  publish(server: Server, channels: readonly string[], word: string, size?: number): Promise<unknown>;
  /** All words that were published, in their order. */
  published(server: Server): Promise<readonly string[]>;
  /** Puts an element into each of the queues, and writes down that it has, all at once. */
  put(server: Server, element: string): Promise<unknown>;
  queues(server: Server): Promise<Queues>;
  /** Adds an entry with a number to each of the {@link STREAMS}, and writes down that it has, all at once. */
  add(server: Server, number: string): Promise<unknown>;
  /** All numbers that were added, in their order. */
  added(server: Server): Promise<readonly string[]>;
  /** Hangs up on those who subscribe. */
  endSubscriptions(server: Server): Promise<void>;
  /** Hangs up on those whose calls the server holds. */
  endHeldCalls(server: Server): Promise<void>;
  /** Lets go of all calls that the server holds, as its operator may. */
  letGo(server: Server): Promise<void>;
  /** From now on it hangs up on a subscriber for whom more than this many bytes wait. */
  limitSubscriptions(server: Server, bytes: number): Promise<void>;
}

/** The streams of {@link Beside}, by name: two that keep everything, and one that keeps the last few. */
export const STREAMS = { whole: 'stream', other: 'other stream', trimmed: 'trimmed stream' } as const;

/** The queues of {@link Beside}, by name. */
export const QUEUES = {
  list: 'queue',
  ranked: 'ranked queue',
  source: 'source queue',
  destination: 'destination queue',
} as const;

/**
 * One kind of server, as the rows need it. Everything here goes past the client under test. A driver joins the matrix
 * with a system and its subjects.
 */
export interface System {
  readonly name: string;
  /** What is started, and its version: `redis 7.0.15`. */
  version(): Promise<string>;
  start(needs?: ServerNeeds): Promise<Server>;
  /** Starts a copy of the server that refuses writes, and resolves when it has caught up. */
  follow(server: Server): Promise<Server>;
  /** Kills the server, once it takes no writes and the follower has all of them, and makes the follower take writes. */
  failOver(server: Server, follower: Server): Promise<void>;
  /** The same, but the server stays up as a follower of its follower: it refuses writes. */
  handOver(server: Server, follower: Server): Promise<void>;
  /** Makes a server refuse writes, or take them again; nothing is closed. */
  setReadOnly(server: Server, isReadOnly: boolean): Promise<void>;
  counter(server: Server, name: string): Promise<number>;
  ledger(server: Server, name: string): Promise<readonly string[]>;
  /** What is in a set, in no order. */
  members(server: Server, name: string): Promise<readonly string[]>;
  /** What subscribers and takers need of a server. */
  readonly beside: Beside;
  /** Deletes all data. */
  clear(server: Server): Promise<void>;
  /** Sessions of clients, without the one that asks. */
  sessions(server: Server): Promise<number>;
  /** Ends the sessions of all clients, or of the one that is the oldest. */
  endSessions(server: Server, which: 'all' | 'oldest'): Promise<void>;
  /** The server answers nobody for so long, and closes nothing. */
  holdAnswers(server: Server, ms: number): Promise<void>;
  /** Hangs up on all clients and lets in none, until what it resolves to is called. */
  shutOut(server: Server): Promise<() => Promise<void>>;
  /** From now on new sessions need this password. */
  changePassword(server: Server, password: string): Promise<void>;
  /** From now on it shows this certificate, a path of a PEM file, to whoever connects by TLS; the key is the same. */
  changeCertificate(server: Server, certificate: string): Promise<void>;
  /** Has the server load its data anew: it is busy with that for about so long, and says so. Resolves when it is through. */
  load(server: Server, ms: number): Promise<void>;
  /** What a server says that speaks another protocol, or this one wrongly: bytes by what is wrong with them. */
  readonly nonsense: Readonly<Record<'another protocol' | 'endless size' | 'unasked reply', string>>;
}
