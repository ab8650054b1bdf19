import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { systemEnvironment } from 'hawser';
import { SimulatedRedis, type SimulatedRedisOptions, socketDuplex } from 'hawser/testing';
import { onTestFinished, vi } from 'vitest';

/** How a process of Node's ended, and what it printed. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of this folder, on the built package, until it ends. A promise that nobody handles ends it with an error. */
export async function runScript(name: string, args: readonly string[]): Promise<ProcessEnd> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, ['--unhandled-rejections=strict', script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {},
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

/** A {@link SimulatedRedis} behind a port of loopback. Gone when the test is over. */
export class LoopbackRedis {
  readonly redis: SimulatedRedis;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #port = 0;

  private constructor(options: Omit<SimulatedRedisOptions, 'clock'>) {
    this.redis = new SimulatedRedis({ ...options, clock: systemEnvironment.clock });
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      this.redis.accept(socketDuplex(socket));
    });
    onTestFinished(() => this.leave());
  }

  static async start(options: Omit<SimulatedRedisOptions, 'clock'> = {}): Promise<LoopbackRedis> {
    const server = new LoopbackRedis(options);
    await server.comeBack();
    return server;
  }

  get address(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Stops listening and resets its connections, as when the process is killed. */
  leave(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /**
   * Listens again, on the same port, as soon as that is free: a process that another thread is starting has a copy of every listener
   * until it is the program that it is to be.
   */
  async comeBack(): Promise<void> {
    const listen = async (): Promise<void> => {
      this.#server.listen({ port: this.#port, host: '127.0.0.1' });
      await once(this.#server, 'listening');
    };
    await vi.waitFor(listen, { timeout: 20_000, interval: 5 });
    this.#port = (this.#server.address() as AddressInfo).port;
  }
}
