import { Buffer } from 'node:buffer';
import type { Encoded } from '../core/index.ts';
import { invalidArgument } from './argument-checks.ts';
import type { RedisArgument } from './argument-text.ts';
import { UNNAMED, commandInfo, type CommandInfo } from './commands.ts';

/** One command, or several in a row, as they go on the wire. */
export interface EncodedCommand {
  /** One string where possible; in pieces where a part is large or a Uint8Array. */
  readonly data: Encoded;
  /** Exact size of `data`, text counted as UTF-8. */
  readonly bytes: number;
}

/** Text of this size is encoded into a Buffer of its own: to join it with other text would copy it once more. */
const LARGE_BYTES = 4096;
/** Text that is joined is cut where it has reached this length. */
const JOINED_LENGTH_MAX = 65_536;

/**
 * Encodes a command, its name in upper case. Throws INVALID_ARGUMENT, `not-sent`, for what is no command; the error
 * holds no argument. `known` saves looking the name up.
 *
 * A Uint8Array is referenced, not copied, as by Node's sockets: it must not be changed until the call has settled.
 */
export function encodeCommand(args: readonly RedisArgument[], known?: CommandInfo): EncodedCommand {
  if (known === undefined || known === UNNAMED) {
    assertCommand(args);
  }
  const info = known ?? commandInfo(args[0]);
  if (info === UNNAMED) {
    return encodeInPieces(args, info);
  }
  let text = info.head(args.length);
  let excessBytes = 0;
  for (let index = 1; index < args.length; index += 1) {
    const part = partOf(args[index], index, info);
    if (typeof part !== 'string') {
      return encodeInPieces(args, info);
    }
    const bytes = Buffer.byteLength(part);
    if (bytes >= LARGE_BYTES) {
      return encodeInPieces(args, info);
    }
    text = text + separator(bytes) + part;
    excessBytes += bytes - part.length;
  }
  text += '\r\n';
  return { data: text, bytes: text.length + excessBytes };
}

/** Arguments of up to this size have a head of their own in front of them. */
const UNARY_BYTES_MAX = 255;

/**
 * How a command of one argument that is short ASCII text begins, up to that argument, as most commands are: encoded in
 * half the pieces, and as many bytes as characters. `undefined` for any other, which {@link encodeCommand} takes.
 */
export function unaryHead(info: CommandInfo, argument: RedisArgument | undefined): string | undefined {
  if (typeof argument !== 'string' || argument.length > UNARY_BYTES_MAX || info === UNNAMED) {
    return undefined;
  }
  if (Buffer.byteLength(argument) !== argument.length) {
    return undefined;
  }
  return info.unaryHead(argument.length);
}

/** As {@link encodeCommand}, of commands with large parts or Uint8Arrays. */
function encodeInPieces(args: readonly RedisArgument[], info: CommandInfo): EncodedCommand {
  const named = info !== UNNAMED;
  const pieces: (string | Uint8Array)[] = [];
  let text = named ? info.head(args.length) : `*${args.length}`;
  let bytes = text.length;
  for (let index = named ? 1 : 0; index < args.length; index += 1) {
    const part = partOf(args[index], index, info);
    const partBytes = typeof part === 'string' ? Buffer.byteLength(part) : part.length;
    const before = separator(partBytes);
    bytes += before.length + partBytes;
    if (typeof part === 'string' && partBytes < LARGE_BYTES) {
      text = text + before + part;
    } else {
      pieces.push(text + before, typeof part === 'string' ? bytesOf(part, partBytes) : part);
      text = '';
    }
  }
  pieces.push(text + '\r\n');
  return { data: pieces.length === 1 ? pieces[0]! : pieces, bytes: bytes + 2 };
}

/** Joins commands that go out in a row, with none of another caller between them. */
export function joinCommands(commands: readonly EncodedCommand[]): EncodedCommand {
  const pieces: (string | Uint8Array)[] = [];
  let text = '';
  let bytes = 0;
  for (const command of commands) {
    bytes += command.bytes;
    if (typeof command.data === 'string') {
      text += command.data;
    } else {
      text = addPieces(pieces, text, command.data);
    }
    if (text.length >= JOINED_LENGTH_MAX) {
      pieces.push(text);
      text = '';
    }
  }
  if (text !== '') {
    pieces.push(text);
  }
  return { data: pieces.length === 1 ? pieces[0]! : pieces, bytes };
}

/** Adds `text` and what follows it to `pieces`, but for the text at the end, which it returns. */
function addPieces(pieces: (string | Uint8Array)[], text: string, data: Exclude<Encoded, string>): string {
  let rest = text;
  for (const piece of data instanceof Uint8Array ? [data] : data) {
    if (typeof piece === 'string') {
      rest += piece;
      continue;
    }
    if (rest !== '') {
      pieces.push(rest);
    }
    pieces.push(piece);
    rest = '';
  }
  return rest;
}

const separators = new Array<string | undefined>(LARGE_BYTES);

/** What stands between two parts: the end of one and the length of the next. */
function separator(bytes: number): string {
  return bytes < LARGE_BYTES ? (separators[bytes] ??= `\r\n$${bytes}\r\n`) : `\r\n$${bytes}\r\n`;
}

/** The UTF-8 bytes of text. To allocate by the known size is three times as fast as `Buffer.from`. */
function bytesOf(text: string, bytes: number): Buffer {
  const encoded = Buffer.allocUnsafeSlow(bytes);
  encoded.write(text, bytes === text.length ? 'latin1' : 'utf8');
  return encoded;
}

/** A part of a command as text or bytes. */
function partOf(part: RedisArgument | undefined, index: number, info: CommandInfo): string | Uint8Array {
  if (typeof part === 'string' || part instanceof Uint8Array) {
    return part;
  }
  if (typeof part === 'bigint' || Number.isFinite(part)) {
    return String(part);
  }
  const what = index === 0 ? "a command's name" : `argument ${index} of ${info.name}`;
  throw invalidArgument(what, 'string, number, bigint or Uint8Array', part, info.name);
}

/**
 * Throws INVALID_ARGUMENT for what is no array, or an empty one: a server does not answer that, and the next reply
 * would be taken for its answer.
 */
export function assertCommand(args: readonly RedisArgument[]): void {
  if (!Array.isArray(args) || args.length === 0) {
    throw invalidArgument('a command', 'array of its name and arguments', args);
  }
}
