import type { Buffer } from 'node:buffer';
import type { WaitOptions } from '../../core/index.ts';
import type { RedisLine } from '../line.ts';
import type { ResolvedSubscribeOptions } from '../pubsub/subscribe-options.ts';
import { Monitor, type MonitorGround } from './monitor.ts';

/** The monitors of a client, each on a connection of its own. */
export class Monitors {
  readonly #ground: Omit<MonitorGround, 'line' | 'options' | 'ended'>;
  readonly #open: () => RedisLine;
  readonly #lines = new Set<RedisLine>();

  constructor(ground: Omit<MonitorGround, 'line' | 'options' | 'ended'>, open: () => RedisLine) {
    this.#ground = ground;
    this.#open = open;
  }

  /** Connects at once. */
  begin<Text extends string | Buffer>(options: ResolvedSubscribeOptions): Monitor<Text> {
    const line = this.#open();
    this.#lines.add(line);
    const ended = (): void => void this.#lines.delete(line);
    return new Monitor<Text>({ ...this.#ground, line, options, ended });
  }

  retryNow(): void {
    for (const line of this.#lines) line.retryNow();
  }

  /** Ends all of them. */
  async close(options?: WaitOptions): Promise<void> {
    await Promise.all([...this.#lines].map((line) => line.close(options)));
  }
}
