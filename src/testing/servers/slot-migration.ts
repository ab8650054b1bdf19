import type { WaitOptions } from '../../core/index.ts';
import type { InspectOptions } from './redis-inspect.ts';
import { peerPortOf } from './redis-replication.ts';
import type { RedisServer } from './redis-server.ts';
import { sharedTime } from './wait-until.ts';

/** Keys that are moved with one command, for which both nodes stand still. */
const KEYS_AT_ONCE = 100;
/** How long the target may be silent to the source meanwhile. */
const SILENCE_MS = 2_000;
const FINISH_WITHIN_MS = 20_000;

/** How many keys to move, and how long each step on the way may take. */
export interface MoveKeysOptions extends InspectOptions {
  /** At most so many. Default: all. */
  readonly count?: number | undefined;
}

/** One end of a migration. */
export interface MigrationEnd {
  readonly server: RedisServer;
  readonly id: string;
}

/** What a migration has to do with. */
export interface MigrationContext {
  readonly slot: number;
  readonly source: MigrationEnd;
  readonly target: MigrationEnd;
  readonly untilAgreed: (options: WaitOptions) => Promise<void>;
}

/**
 * A slot on its way from one master to another, step by step, so that a test can stand between the steps: `migrate` of
 * `RedisCluster`, then `moveKeys` as often as you like, then `finish`. Meanwhile the source answers for the keys that it
 * still has, and for all others with ASK. Keys have to be text.
 */
export class SlotMigration {
  /** Tells both ends, and moves nothing yet. */
  static async begin(context: MigrationContext, options: InspectOptions): Promise<SlotMigration> {
    const migration = new SlotMigration(context);
    const { source, target } = context;
    // The other way round, the source would send callers to a target that turns them away.
    await migration.#setSlot(target, ['IMPORTING', source.id], options);
    await migration.#setSlot(source, ['MIGRATING', target.id], options);
    return migration;
  }

  readonly slot: number;
  readonly source: RedisServer;
  readonly target: RedisServer;
  readonly #context: MigrationContext;

  private constructor(context: MigrationContext) {
    this.slot = context.slot;
    this.source = context.source.server;
    this.target = context.target.server;
    this.#context = context;
  }

  /** Moves keys to the target. Returns how many were moved: fewer than `count` when there are no more. */
  async moveKeys({ count = Infinity, ...options }: MoveKeysOptions = {}): Promise<number> {
    let moved = 0;
    while (moved < count) {
      const keys = await this.#someKeys(Math.min(count - moved, KEYS_AT_ONCE), options);
      if (keys.length === 0) break;
      await this.#move(keys, options);
      moved += keys.length;
    }
    return moved;
  }

  /** Moves the keys that are left, makes the slot the target's, and waits, by default for 20 s, until all nodes know. */
  async finish(options: WaitOptions = {}): Promise<void> {
    const { source, target, untilAgreed } = this.#context;
    const left = sharedTime(options, FINISH_WITHIN_MS);
    await this.moveKeys(left());
    // The other way round, each would send callers to the other for a while.
    await this.#setSlot(target, ['NODE', target.id], left());
    await this.#setSlot(source, ['NODE', target.id], left());
    await untilAgreed(left());
  }

  async #someKeys(count: number, options: InspectOptions): Promise<readonly string[]> {
    const command = ['CLUSTER', 'GETKEYSINSLOT', `${this.slot}`, `${count}`];
    const keys = (await this.source.inspect(command, options)) as readonly string[];
    // It would be asked for under another name, found nowhere, and be the next one again.
    const foreign = keys.find((key) => key.includes('\uFFFD'));
    if (foreign !== undefined) throw new Error(`Slot ${this.slot} has a key that is no text: ${foreign}`);
    return keys;
  }

  async #move(keys: readonly string[], options: InspectOptions): Promise<void> {
    const { target } = this;
    const secret = target.password === undefined ? [] : ['AUTH', target.password];
    const address = [target.host, `${peerPortOf(target)}`, '', '0', `${SILENCE_MS}`];
    await this.source.inspect(['MIGRATE', ...address, ...secret, 'KEYS', ...keys], options);
  }

  async #setSlot(
    { server }: MigrationEnd,
    to: readonly [state: string, id: string],
    options: InspectOptions,
  ): Promise<void> {
    await server.inspect(['CLUSTER', 'SETSLOT', `${this.slot}`, ...to], options);
  }
}
