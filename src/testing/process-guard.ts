import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Reads process ids, one a line, until its input ends, which the system sees to however the parent ends; then
 * kills the last one and removes the directory.
 */
const SCRIPT = `
while read -r pid; do last=$pid; done
if [ -n "$last" ]; then kill -KILL "$last"; fi
rm -rf "$1"
`;

/**
 * A temporary directory and at most one process in it, neither of which outlives this process: not its exit, nor
 * its crash, nor a SIGKILL. An exit handler would see the first of these only.
 */
export class ProcessGuard {
  readonly directory: string;
  readonly #shell: ChildProcess;
  readonly #ended: Promise<unknown>;

  /** @param name Start of the directory's name. */
  constructor(name: string) {
    this.directory = mkdtempSync(join(tmpdir(), `${name}-`));
    // A process group of its own keeps Ctrl-C in the terminal away from it.
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT, 'sh', this.directory], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#shell.unref();
    // A guard that somebody killed says so when it is released.
    this.#shell.stdin?.on('error', () => undefined);
    this.#ended = once(this.#shell, 'exit');
  }

  /** Names the process to kill in the end; `undefined` when the last one has ended. */
  watch(pid: number | undefined): void {
    this.#shell.stdin?.write(`${pid ?? ''}\n`);
  }

  /** Kills the process, if there is one, and removes the directory. */
  async release(): Promise<void> {
    this.#shell.ref();
    this.#shell.stdin?.end();
    await this.#ended;
  }
}
