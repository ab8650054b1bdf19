import { ALL_BITS, type AddedFault, type LastingFault, type ProxyDirection } from './fault.ts';

type ByteFault = Extract<LastingFault, { readonly kind: 'corrupt' | 'duplicate' | 'cut' }>;

/** A fault at its place in the stream. */
interface Mark {
  readonly added: AddedFault;
  readonly fault: ByteFault;
  /** Position of the byte that the fault's offset counts from. */
  readonly origin: number;
  /** What was seen so far of that which a `duplicate` repeats. */
  readonly kept: Buffer[];
}

/** The faults of one direction of a connection that strike at a certain byte. */
export class ByteFaults {
  readonly #direction: ProxyDirection;
  readonly #note: (what: string) => void;
  #marks: readonly Mark[] = [];
  #position = 0;

  /** @param note is told what was done, and at which position. */
  constructor(direction: ProxyDirection, note: (what: string) => void) {
    this.#direction = direction;
    this.#note = note;
  }

  /** How many bytes of the sender have passed. */
  get position(): number {
    return this.#position;
  }

  /** Takes on the faults that hold from now on. One that held before goes on counting. */
  update(faults: readonly AddedFault[]): void {
    this.#marks = faults.flatMap((added) => {
      const { fault } = added;
      if (!isByteFault(fault) || fault.direction !== this.#direction) return [];
      const known = this.#marks.find((mark) => mark.added === added);
      return [known ?? { added, fault, origin: this.#position, kept: [] }];
    });
  }

  /** How the connection is to end, if it is at this position. */
  get cut(): 'reset' | 'end' | undefined {
    for (const { fault, origin } of this.#marks) {
      if (fault.kind === 'cut' && origin + fault.afterBytes === this.#position) return fault.ending;
    }
    return undefined;
  }

  /** How many bytes may pass before one of the faults has to be asked again. */
  get reachBytes(): number {
    const distances = this.#marks.map((mark) => endOf(mark) - this.#position);
    return Math.min(Infinity, ...distances.filter((distance) => distance > 0));
  }

  /** Lets bytes pass, not more than {@link reachBytes}, and changes them in place. Returns what is to be repeated behind them. */
  pass(bytes: Buffer): Buffer | undefined {
    for (const mark of this.#marks) this.#corrupt(mark, bytes);
    const start = this.#position;
    this.#position += bytes.length;
    const repeated = this.#marks.flatMap((mark) => this.#keep(mark, bytes, start));
    return repeated.length === 0 ? undefined : Buffer.concat(repeated);
  }

  #corrupt({ fault, origin }: Mark, bytes: Buffer): void {
    if (fault.kind !== 'corrupt') return;
    const index = origin + fault.offsetBytes - this.#position;
    const byte = bytes[index];
    if (byte === undefined) return;
    bytes[index] = byte ^ (fault.mask ?? ALL_BITS);
    this.#note(`byte ${this.#position + index} corrupted`);
  }

  /** The bytes that a `duplicate` repeats, once it has seen them all. */
  #keep(mark: Mark, bytes: Buffer, start: number): Buffer[] {
    const { fault, origin, kept } = mark;
    if (fault.kind !== 'duplicate') return [];
    const from = origin + fault.offsetBytes;
    if (endOf(mark) < this.#position || from >= this.#position || endOf(mark) <= start) return [];
    kept.push(Buffer.from(bytes.subarray(Math.max(0, from - start))));
    if (endOf(mark) !== this.#position) return [];
    this.#note(`bytes ${from} to ${endOf(mark) - 1} repeated`);
    return kept.splice(0);
  }
}

function isByteFault(fault: LastingFault): fault is ByteFault {
  return fault.kind === 'corrupt' || fault.kind === 'duplicate' || fault.kind === 'cut';
}

/** The position behind the bytes that a fault is about. */
function endOf({ fault, origin }: Mark): number {
  switch (fault.kind) {
    case 'cut':
      return origin + fault.afterBytes;
    case 'duplicate':
      return origin + fault.offsetBytes + fault.lengthBytes;
    case 'corrupt':
      return origin + fault.offsetBytes + 1;
  }
}
