import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  ScriptedServer,
  SimulatedNetwork,
  VirtualClock,
  socketDuplex,
  type ByteDuplex,
  type ListeningScriptedServer,
  type ScriptedServerOptions,
} from 'hawser/testing';
import { onTestFinished } from 'vitest';
import { systemEnvironment, type Endpoint, type Environment, type Transport } from '../../src/core/index.ts';
import { Recorder, plainServer, requestFor } from '../support/loopback.ts';

/** What a scripted server runs on, here and there with the same scripts. */
export interface Ground {
  readonly environment: Environment;
  /** Makes the server, which is closed when the test is over. Returns also where it is. */
  serve<In, Out>(
    options: ScriptedServerOptions<In, Out>,
  ): Promise<{ readonly server: ScriptedServer<In, Out>; readonly endpoint: Endpoint }>;
  /** Serves connections in any other way. Returns where. */
  listen(accept: (duplex: ByteDuplex) => void): Promise<Endpoint>;
  /** Waits, in the ground's own time. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Lets time pass until it is so. */
  when(isSo: () => boolean): Promise<void>;
}

/** A simulated network, in virtual time. */
function simulated(): Ground {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock });
  return {
    environment: { clock, random: () => 0.5, dial: network.dial },
    async serve(options) {
      const server = new ScriptedServer({ clock, ...options });
      const endpoint = { host: 'scripted.test', port: 1 };
      network.listen(endpoint, server.accept);
      onTestFinished(() => server.close());
      return { server, endpoint };
    },
    async listen(accept) {
      const endpoint = { host: 'listening.test', port: 1 };
      network.listen(endpoint, accept);
      return endpoint;
    },
    until: (promise) => clock.waitFor(promise),
    async when(isSo) {
      while (!isSo()) await clock.advance(1);
    },
  };
}

/** Sockets on the loopback interface, in real time. */
function real(): Ground {
  return {
    environment: systemEnvironment,
    async serve<In, Out>(options: ScriptedServerOptions<In, Out>) {
      const server: ListeningScriptedServer<In, Out> = await ScriptedServer.start(options);
      onTestFinished(() => server.close());
      return { server, endpoint: server.endpoint };
    },
    async listen(accept) {
      const server = await plainServer((socket) => accept(socketDuplex(socket)));
      return { host: '127.0.0.1', port: server.port };
    },
    until: (promise) => promise,
    async when(isSo) {
      while (!isSo()) await nextTurn();
    },
  };
}

export const GROUNDS: readonly (readonly [string, () => Ground])[] = [
  ['on a simulated network', simulated],
  ['over real sockets', real],
];

/** A client without any logic: its transport, and what came on it. */
export async function dialled(
  { environment, until }: Ground,
  endpoint: Endpoint,
): Promise<{ readonly transport: Transport; readonly received: Recorder }> {
  const transport = await until(environment.dial(requestFor(endpoint)));
  return { transport, received: Recorder.attachedTo(transport) };
}

/** Writes ASCII text. */
export function write(transport: Transport, text: string): void {
  transport.write(text, text.length);
}

/**
 * Dials where nobody listens any more until that is refused, and returns how. Of real sockets the first may be accepted, by
 * nobody: a process that another test is starting has all that this one has open until it has become its own program.
 */
export async function refusal({ environment, until }: Ground, endpoint: Endpoint): Promise<unknown> {
  for (;;) {
    try {
      const transport = await until(environment.dial(requestFor(endpoint)));
      transport.destroy();
    } catch (error) {
      return error;
    }
  }
}
