import type { Outcome } from 'hawser';
import type { System } from './system.ts';

/** Where a client is to connect, and as whom. */
export interface Access {
  /** In order of preference. A client that takes only one takes the first. */
  readonly endpoints: readonly { readonly host: string; readonly port: number }[];
  readonly password?: string;
  readonly database?: number;
  /** Speak TLS and trust this authority, in PEM, for this name. */
  readonly tls?: { readonly ca: string; readonly servername: string };
}

/** What one call may be told. A subject that cannot do it says so by {@link Subject.leaves}. */
export interface CallLimits {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What a subscriber is told. Times are milliseconds of `performance.now()`. */
export type Told =
  | { readonly type: 'message'; readonly channel: string; readonly payload: string }
  /** It was not subscribed for a while; `channel` is what it had subscribed to. */
  | { readonly type: 'gap'; readonly channel: string; readonly since: number; readonly downForMs: number }
  /** It was too slow, and as many messages were not kept for it. */
  | { readonly type: 'dropped'; readonly count: number };

/** What a subscriber that is called back is told last. */
export interface ToldLast {
  readonly type: 'ended';
  readonly error: Error | undefined;
}

/** How somebody subscribes: to channels, or to all whose names match a pattern. */
export interface Subscribing {
  readonly to: 'channels' | 'pattern';
  readonly names: readonly string[];
  /** Most messages that are kept for it. Default: the client's. */
  readonly keptMax?: number;
}

/** A subscription, to be iterated over or listened to. */
export interface Subscribed extends AsyncIterable<Told> {
  /** Resolves when the server has confirmed it. */
  ready(): Promise<void>;
  listen(listener: (told: Told | ToldLast) => void): unknown;
  close(): void;
}

/** An entry of a stream, as it was read. */
export interface ReadEntry {
  readonly stream: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Entries before it may have gone before they were read. */
  readonly afterGap: boolean;
}

/** Streams that are being read, to be iterated over. */
export interface ReadStream extends AsyncIterable<ReadEntry> {
  close(): void;
}

/** One of a group that share the entries of a stream, and see to each. */
export interface Consuming {
  /** Settles when it has ended; rejects with why, where its client has not ended it. */
  finished(): Promise<void>;
}

/** How an element is taken out of a queue: from a list, from one list to another, or the one of the lowest rank. */
export type Taking = 'list' | 'moved' | 'ranked';

/** One client at work: the few calls that all rows are made of. Each rejects with the client's own error. */
export interface Client {
  /** Resolves when it is connected. Rejects, or never settles, when it is not going to be. */
  ready(): Promise<void>;
  /** Adds one to a counter; resolves to what it is then. Never to be repeated by the client on its own. */
  increment(counter: string, limits?: CallLimits): Promise<number>;
  /** Puts an entry at the end of a ledger. */
  append(ledger: string, entry: string, limits?: CallLimits): Promise<unknown>;
  /** Resolves to the text that it was given, as the server sent it back. */
  echo(text: string, limits?: CallLimits): Promise<string>;
  /** For subjects whose company subscribes. */
  subscribe?(how: Subscribing): Subscribed;
  /**
   * Takes an element out of the queue that is for this, and waits for one on the server, for so long or (0) for ever; undefined
   * when there was none. For subjects whose company takes.
   */
  take?(how: Taking, waitMs: number, limits?: CallLimits): Promise<string | undefined>;
  /** Reads streams behind these ids, so many entries at a time. For subjects whose company reads. */
  read?(behind: Readonly<Record<string, string>>, count?: number): ReadStream;
  /** Joins the only group of a stream, under a name, and hands over each entry that is its. For subjects whose company reads. */
  consume?(
    stream: string,
    name: string,
    see: (entry: Pick<ReadEntry, 'id' | 'fields'>) => Promise<void>,
  ): Consuming;
  /** Resolves when everything has ended; gives what is under way so long. */
  close(timeoutMs: number): Promise<unknown>;
  /** Calls back when the client knows that it has lost what it had, and when it has a connection again. */
  onConnected?(listener: (isConnected: boolean) => void): void;
  /** Tries to connect at once, also when it has given up. */
  retryNow?(): void;
  /** What does not add up in what the client says of itself at rest, a sentence each. */
  oddBooks?(): string[];
}

/** Those who have what others publish, wait on the server for what others put there, or read what others add. */
export type CompanyKind = 'subscribers' | 'takers' | 'readers';

/** What is several servers, and one for clients. */
export type Setting = 'sentinels' | 'cluster';

/** One way to use one client of one kind of server: what is put through the rows. */
export interface Subject {
  /** `redis-shared`; of other libraries, their name first. */
  readonly name: string;
  /** The library and its version. */
  readonly library: string;
  /** URL of the module whose `subjects` has it, for another thread to make it again; undefined where that cannot be. */
  readonly module?: string;
  /** What is set besides its defaults, for people. */
  readonly how: string;
  /** What its calls are asked of. */
  readonly system: System;
  /** Most sockets that it may have at any time, closing ones included. */
  readonly socketsMax: number;
  /** By when each of its calls settles, as it is set up; undefined when it has no such limit. */
  readonly timeoutMs: number | undefined;
  /** Within what time a silent peer is given up, as it is set up; undefined when it has no such limit. */
  readonly silenceMs: number | undefined;
  /** How long a server may be silent to what is asked while it goes on to send messages. Default: no longer than at all. */
  readonly unansweredMs?: number;
  /** How many parts of it connect on their own, each with a backoff. Default: one. */
  readonly dialers?: number;
  /** What it connects to, where that is more than one server: it is put through the rows that concern this, and no others. */
  readonly setting?: Setting | undefined;
  /** Who uses its client beside the callers. Default: nobody. */
  readonly company?: CompanyKind | undefined;
  /** Another way to use what another subject is: in a hurry it is put through a few rows only. */
  readonly isAnotherWay?: boolean | undefined;
  /** The longest wait between two attempts to connect. */
  readonly backoffCapMs: number;
  /** Whether a caller may leave a call early, by a signal. */
  readonly leaves: boolean;
  /** Whether its sockets are made by Node, where they can be counted. */
  readonly countsDials: boolean;
  /** Whether it can be given several endpoints of which one is right. */
  readonly manyEndpoints: boolean;
  /** What is known of a call that failed with this error, by what the library documents. */
  outcomeOf(error: unknown): Outcome;
  /** Begins to connect, and returns at once. */
  open(access: Access): Client;
}
