import type { StreamEnding } from '../byte-duplex.ts';

/** How a connection to a scripted server has ended, as the server sees it. */
export interface AttemptEnding {
  /** Whose deed it was. */
  readonly by: 'client' | 'server';
  /** `refused`: the server took no notice of it but for this record. */
  readonly how: StreamEnding | 'refused';
  readonly atMs: number;
}

/** One attempt to connect to a scripted server, and what came of it. All times are those of the server's clock. */
export interface ScriptedAttempt<Incoming = Buffer> {
  /** 1 for the first. */
  readonly number: number;
  readonly openedAtMs: number;
  /** All bytes, in the pieces in which they arrived. */
  readonly pieces: readonly { readonly atMs: number; readonly bytes: Buffer }[];
  /** The messages that the script has received, each with the time at which its last byte arrived. */
  readonly messages: readonly { readonly atMs: number; readonly message: Incoming }[];
  /** `undefined` while it is open. */
  readonly ending: AttemptEnding | undefined;
  /** `none`: there was no function to play. A script that has failed has its error among the server's failures. */
  readonly script: 'none' | 'playing' | 'over' | 'failed';
}

/** A {@link ScriptedAttempt} as it is written. */
export class AttemptRecord<Incoming> implements ScriptedAttempt<Incoming> {
  readonly number: number;
  readonly openedAtMs: number;
  readonly pieces: { readonly atMs: number; readonly bytes: Buffer }[] = [];
  readonly messages: { readonly atMs: number; readonly message: Incoming }[] = [];
  script: ScriptedAttempt['script'] = 'none';
  #ending: AttemptEnding | undefined;

  constructor(number: number, openedAtMs: number) {
    this.number = number;
    this.openedAtMs = openedAtMs;
  }

  get ending(): AttemptEnding | undefined {
    return this.#ending;
  }

  /** Notes the first end; those that follow from it are none. */
  end(by: AttemptEnding['by'], how: AttemptEnding['how'], atMs: number): void {
    this.#ending ??= { by, how, atMs };
  }

  /** When the byte before this offset arrived. */
  arrivalMs(offset: number): number {
    let bytes = 0;
    for (const piece of this.pieces) {
      bytes += piece.bytes.length;
      if (bytes >= offset) return piece.atMs;
    }
    return this.openedAtMs;
  }
}
