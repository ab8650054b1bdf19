import type { Clock } from '../../core/index.ts';
import { EventLog } from '../event-log.ts';

const FNV_PRIME = 0x01_00_01_93;
const FNV_OFFSET = 0x81_1c_9d_c5;
/** Bytes of which a line shows the beginning. */
const SHOWN_BYTES = 60;

/** What happened, line by line: the last lines, and a fingerprint of all of them. */
export class Trace {
  readonly #log: EventLog;
  #first = FNV_OFFSET;
  #second = 0;

  constructor(clock: Clock) {
    this.#log = new EventLog(clock);
  }

  get lines(): readonly string[] {
    return this.#log.lines;
  }

  /** Sixteen hexadecimal digits that two traces share when all their lines are the same, those too that were dropped. */
  get fingerprint(): string {
    return hex(this.#first) + hex(this.#second);
  }

  note(what: string): void {
    const line = this.#log.add(what);
    for (let index = 0; index < line.length; index += 1) this.#take(line.charCodeAt(index));
  }

  /** The hash FNV-1a over characters, twice, with the position mixed into the second. */
  #take(character: number): void {
    this.#first = Math.imul(this.#first ^ character, FNV_PRIME);
    this.#second = Math.imul(this.#second + this.#first, FNV_PRIME) ^ character;
  }
}

/** How many bytes there are, and how they begin. */
export function shownBytes(bytes: Buffer): string {
  const text = JSON.stringify(bytes.subarray(0, SHOWN_BYTES).toString('latin1'));
  return `${bytes.length} bytes ${bytes.length > SHOWN_BYTES ? `${text}...` : text}`;
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
