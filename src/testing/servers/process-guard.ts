import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Reads process groups, one a line, until its input ends, which the system sees to however the parent ends; then
 * kills the last one and removes the directory. What is being killed may still write there while it is removed.
 */
const SCRIPT = `
while read -r group; do last=$group; done
if [ -n "$last" ]; then kill -KILL "-$last"; fi
for pause in 0 1 2 3; do sleep "$pause"; rm -rf "$1" && break; done
`;

/**
 * A temporary directory and at most one process group in it, neither of which outlives this process: not its exit, nor
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
    // Somebody may have killed it. What was left to it is then done by release().
    this.#shell.stdin?.on('error', () => undefined);
    this.#ended = once(this.#shell, 'exit');
  }

  /** Names the process group to kill in the end, by the id of its leader; `undefined` when the last one has ended. */
  watch(pid: number | undefined): void {
    this.#shell.stdin?.write(`${pid ?? ''}\n`);
  }

  /** Removes the directory, and kills the process group if there is one. */
  async release(): Promise<void> {
    this.#shell.ref();
    this.#shell.stdin?.end();
    await this.#ended;
    await rm(this.directory, { recursive: true, force: true });
  }
}
