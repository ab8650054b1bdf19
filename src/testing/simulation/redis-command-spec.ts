import { resp } from '../resp-wire.ts';
import type { TrackedReads } from './redis-tracking.ts';
import type { SimulatedDatabase } from './simulated-database.ts';

/** One command as it came from a client. */
export interface ReceivedCommand {
  /** Number of the connection that it came on, from 1. */
  readonly connection: number;
  /** When its last byte arrived, by the clock. */
  readonly atMs: number;
  /** In upper case. */
  readonly name: string;
  readonly args: readonly Buffer[];
  /** All its words with spaces between them, for assertions: `SET key value`. */
  readonly text: string;
}

/** A write that was carried out. */
export interface AppliedEffect {
  readonly connection: number;
  readonly atMs: number;
  /** Its name, in upper case. */
  readonly command: string;
  readonly key: string;
}

/** What a connection can subscribe to. */
export type SubscriptionKind = 'channel' | 'pattern' | 'shard';

/** What the server knows of one connection. */
export interface RedisSession {
  protocol: 2 | 3;
  isAuthenticated: boolean;
  database: number;
  clientName: string;
  transaction: { readonly queued: ReceivedCommand[]; isDirty: boolean } | undefined;
  /** Keys that EXEC looks at, with their versions when they were watched. */
  watched: readonly WatchedKey[];
  /** The names that it subscribes to. */
  readonly subscribed: Readonly<Record<SubscriptionKind, Set<string>>>;
  /** Set by CLIENT TRACKING ON OPTIN. */
  tracking: TrackedReads | undefined;
}

export interface WatchedKey {
  readonly database: SimulatedDatabase;
  readonly key: string;
  readonly version: number;
}

/** What a command runs in. */
export interface CommandContext {
  readonly session: RedisSession;
  readonly connection: number;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  readonly nowMs: () => number;
  readonly database: (index: number) => SimulatedDatabase;
  /** Notes that a command has changed a key. */
  readonly applied: (command: string, key: string) => void;
  /** Sends a message to all who subscribe to its channel, and returns how many messages that were. */
  readonly publish: (kind: 'channel' | 'shard', channel: string, payload: Uint8Array) => number;
}

/** What a command does, and how many arguments it takes. */
export interface CommandSpec {
  readonly arguments: readonly [min: number, max: number];
  readonly run: (context: CommandContext, args: readonly Buffer[]) => Buffer;
}

export const OK: Buffer = resp.simple('OK');
export const SYNTAX_ERROR: Buffer = resp.error('ERR syntax error');
export const NOT_AN_INTEGER: Buffer = resp.error('ERR value is not an integer or out of range');
export const WRONG_TYPE: Buffer = resp.error(
  'WRONGTYPE Operation against a key holding the wrong kind of value',
);

const INTEGER_MAX = 2n ** 63n - 1n;
const INTEGER_MIN = -(2n ** 63n);

export function isInteger(value: bigint): boolean {
  return value >= INTEGER_MIN && value <= INTEGER_MAX;
}

/** The integer of 64 bits that a text is, as Redis reads it; `undefined` when it is none. */
export function integerOf(bytes: Uint8Array | undefined): bigint | undefined {
  const text = Buffer.from(bytes ?? []).toString('latin1');
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return isInteger(value) ? value : undefined;
}

/** The error of a command that was given too few or too many arguments. */
export function wrongNumberOfArguments(command: string): Buffer {
  return resp.error(`ERR wrong number of arguments for '${command.toLowerCase()}' command`);
}
