import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './fixtures.ts';
import { withinMs } from './limits.ts';

/** Of what a process printed, so much is told when it has ended. */
const PRINTED_MOST = 1_000;

/** How a process ended. */
export interface Ending {
  readonly kind: 'ended';
  readonly isOrderly: boolean;
  /** By what, and what it had printed. */
  readonly words: string;
}

/** Starts a process of Node's, on whichever side of a network. */
export type ForkScript = (script: string, args: readonly string[], options: ForkOptions) => ChildProcess;

/** A process that runs a script of the lab, is told things and says things. It ends when this one does, however that ends. */
export class ForkedProcess<Told extends object, Said extends object> {
  /** Resolves when it has ended, and what it printed last has been read. */
  readonly ending: Promise<Ending>;
  readonly #child: ChildProcess;
  #hasEnded = false;

  /**
   * @param script path below the folder of sources, without its ending; the compiled one is run, for no process can be
   *   started from the source
   * @param assignment what the script finds as its argument, as JSON
   */
  constructor(script: string, assignment: object, start: ForkScript = fork) {
    this.#child = start(`${ROOT}/build/faults/${script}.js`, [JSON.stringify(assignment)], {
      // What this process was started with, a debugger maybe, is not for the others.
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let printed = '';
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-PRINTED_MOST);
      });
    }
    this.ending = once(this.#child, 'close').then(([code, signal]) => {
      this.#hasEnded = true;
      const how = signal === null ? `exit code ${code}` : `${signal}`;
      const words = printed.trim() === '' ? how : `${how}, behind the words: ${printed.trim()}`;
      return { kind: 'ended', isOrderly: code === 0, words };
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** One that has ended hears nothing; its ending is told elsewhere. */
  tell(message: Told): void {
    this.#child.send(message, () => {});
  }

  /** Calls back with all that it says. Returns what removes the listener. */
  onSaid(listener: (said: Said) => void): () => void {
    this.#child.on('message', listener);
    return () => void this.#child.off('message', listener);
  }

  /** Resolves when it has ended by itself, or was killed because it had not within a limit. Resolves to whether it had. */
  async endWithin(limitMs: number): Promise<boolean> {
    const { isInTime } = await withinMs(this.ending, limitMs);
    if (!isInTime) await this.kill();
    return isInTime;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ending;
  }
}
