import { execFile, fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { promisify } from 'node:util';
import { NamespaceHolder, type Launcher } from './namespace-holder.ts';

const run = promisify(execFile);

/** No command takes nearly as long; one that hangs is ended, and has failed. */
const COMMAND_LIMIT_MS = 10_000;

/** Only the super-user makes network namespaces; others do where they may be super-user in a user namespace. */
function isSuperUser(): boolean {
  return process.geteuid?.() === 0;
}

/** Runs a command in a new network namespace, and in a user namespace where it takes one. */
export function newNamespace(): Launcher {
  return ['unshare', ...(isSuperUser() ? [] : ['--user', '--map-root-user']), '--net', '--'];
}

/** This process's environment, with the administrator's tools on the `PATH`. */
export function toolsEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
}

/** A network of its own: links, addresses, routes and connections that no other has. */
export class Namespace {
  /** Makes one. Rejects with what the system said. */
  static async create(): Promise<Namespace> {
    return Namespace.#heldBy(await NamespaceHolder.start(newNamespace()));
  }

  /** One that another process has made, for a process in it or in one beside it. */
  static of(pid: number): Namespace {
    return new Namespace(pid, [], undefined);
  }

  static #heldBy(holder: NamespaceHolder): Namespace {
    const user = isSuperUser() ? [] : ['--user', '--preserve-credentials'];
    return new Namespace(holder.pid, user, holder);
  }

  /** A process that is in it as long as it is there. */
  readonly pid: number;
  /** Runs a command in here. */
  readonly launcher: Launcher;
  readonly #user: readonly string[];
  readonly #holder: NamespaceHolder | undefined;
  readonly #children = new Set<ChildProcess>();

  private constructor(pid: number, user: readonly string[], holder: NamespaceHolder | undefined) {
    this.pid = pid;
    this.launcher = ['nsenter', '--target', `${pid}`, ...user, '--net', '--'];
    this.#user = user;
    this.#holder = holder;
  }

  /** Makes another one that can be linked with this one, since both belong to the same super-user. */
  async createBeside(): Promise<Namespace> {
    const own: Launcher = ['unshare', '--net', '--'];
    const launcher: Launcher =
      this.#user.length === 0 ? own : ['nsenter', '--target', `${this.pid}`, ...this.#user, '--', ...own];
    return Namespace.#heldBy(await NamespaceHolder.start(launcher));
  }

  /** Runs lines of shell in here, up to the first that fails. Rejects with what it said. */
  async shell(script: string): Promise<void> {
    const [command, ...args] = this.launcher;
    const options = { env: toolsEnvironment(), timeout: COMMAND_LIMIT_MS };
    await run(command, [...args, '/bin/sh', '-ec', script], options);
  }

  /** Starts a script of Node's in here, and sees to its end. As Node's own `fork`, but that `execPath` and `execArgv` are taken. */
  fork(script: string, args: readonly string[], options: ForkOptions): ChildProcess {
    const [execPath, ...execArgv] = this.launcher;
    const child = fork(script, args, { ...options, execPath, execArgv: [...execArgv, process.execPath] });
    if (child.pid !== undefined) this.#holder?.name(child.pid);
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Ends every process in here, and the namespace with them. */
  async release(): Promise<void> {
    // One that is still on its way in would not be found there.
    for (const child of this.#children) child.kill('SIGKILL');
    await this.#holder?.release();
  }
}
