import type { Encoded } from '../core/index.ts';
import type { Batch } from './batch.ts';
import type { Effect } from './leftovers.ts';
import { RedisRequest } from './request.ts';

/** A request that needs a connection of its caller's own: it leaves something behind there, or the server takes its time over it. */
export class OwnRequest extends RedisRequest {
  readonly #silenceMs: number;
  /** For each of its commands in turn, what it does to the connection. */
  readonly #effects: readonly (Effect | undefined)[];
  #answered = 0;

  constructor(
    command: string,
    { data, bytes }: { readonly data: Encoded; readonly bytes: number },
    how: {
      readonly repeatable: boolean;
      readonly buffers: boolean;
      readonly batch?: Batch | undefined;
      readonly silenceMs: number;
      readonly effects: readonly (Effect | undefined)[];
    },
  ) {
    super(command, data, bytes, how.repeatable, how.buffers, undefined, how.batch);
    this.#silenceMs = how.silenceMs;
    this.#effects = how.effects;
  }

  override get silenceMs(): number {
    return this.#silenceMs;
  }

  get effects(): readonly (Effect | undefined)[] {
    return this.#effects;
  }

  /** Its commands are sent, perhaps once more: the first reply is that to the first of them. */
  restart(): void {
    this.#answered = 0;
  }

  /** What the command does whose reply is next. */
  nextEffect(): Effect | undefined {
    const effect = this.#effects[this.#answered];
    this.#answered += 1;
    return effect;
  }
}
