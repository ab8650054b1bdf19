import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** Stands before a command to have it run somewhere else. */
export type Launcher = readonly [string, ...string[]];

/**
 * Reads ids of processes, one a line, until its input ends, which the system sees to however the parent ends. Kills those of
 * them that are in its namespace first, so that what guards them has a second to clean up, then whatever is left there.
 */
const SCRIPT = `
echo here
named=' '
while read -r pid; do named="$named$pid "; done
look() {
  found=
  for space in /proc/[0-9]*/ns/net; do
    pid=\${space#/proc/}
    pid=\${pid%/ns/net}
    if [ "$space" -ef /proc/$$/ns/net ] && [ "$pid" != $$ ]; then found="$found $pid"; fi
  done
}
look
for pid in $found; do
  case "$named" in *" $pid "*) kill -KILL "$pid" ;; esac
done
look
rounds=20
while [ -n "$found" ] && [ $rounds -gt 0 ]; do
  sleep 0.05
  rounds=$((rounds - 1))
  look
done
if [ -n "$found" ]; then kill -KILL $found; fi
`;

/**
 * A process in network (and, where that is needed, user) namespaces of its own. They have no names and no files: they
 * end with the last process in them, and none outlives this process, not its exit, nor its crash, nor a SIGKILL.
 */
export class NamespaceHolder {
  /**
   * Starts one and resolves when its namespaces are there. Rejects with what was said where the machine does not allow it.
   *
   * @param launcher The command that makes the namespaces and runs what is behind it in them.
   */
  static async start(launcher: Launcher): Promise<NamespaceHolder> {
    const [command, ...args] = launcher;
    // A process group of its own keeps Ctrl-C in the terminal away from it.
    const shell = spawn(command, [...args, '/bin/sh', '-c', SCRIPT], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const holder = new NamespaceHolder(shell);
    let complaint = '';
    shell.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const failed = once(shell, 'close').then(() => {
      throw new Error(complaint.trim() || `${command} ended at once`);
    });
    await Promise.race([once(shell.stdout, 'data'), failed]);
    // From here on its end is what release() waits for.
    failed.catch(() => undefined);
    // One that somebody forgot to release does not keep this process alive.
    shell.unref();
    for (const pipe of [shell.stdout, shell.stderr]) (pipe as Socket).unref();
    return holder;
  }

  readonly #shell: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<unknown>;

  private constructor(shell: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#shell = shell;
    this.#ended = new Promise((resolve) => shell.once('exit', resolve));
    // A holder that somebody killed says so when it is released.
    shell.stdin.on('error', () => undefined);
  }

  get pid(): number {
    return this.#shell.pid!;
  }

  /** Names a process in the namespace that is to be killed before others. */
  name(pid: number): void {
    this.#shell.stdin.write(`${pid}\n`);
  }

  /** Ends every process in the namespace, and the namespace with them. */
  async release(): Promise<void> {
    this.#shell.ref();
    this.#shell.stdin.end();
    await this.#ended;
  }
}
