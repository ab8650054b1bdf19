import type { Duplex } from 'node:stream';
import {
  Connection,
  type Awaitable,
  type ConnectDirective,
  type InitDirective,
  type MessageDirective,
  type SocketMessage,
} from 'hawser';
import { onTestFinished } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { Wire } from './wire.ts';

type Next = MessageDirective<number>['do'];
export type Step = (line: string) => Awaitable<Next>;

/** Owns the sockets that it is given as casts, and writes down what it is told. */
export class Owner extends Connection<number, unknown, unknown, Duplex, string> {
  readonly story: string[] = [];
  step: Step = () => 'no-reply';

  override init(): InitDirective<number> {
    return { do: 'connect', info: 'init', state: 0 };
  }

  override connect(_: unknown, state: number): Awaitable<ConnectDirective<number>> {
    return { do: 'ok', state: state + 1 };
  }

  override disconnect(_: unknown, state: number): { do: 'no-connect'; state: number } {
    return { do: 'no-connect', state };
  }

  override handleCast(socket: Duplex, state: number): MessageDirective<number> {
    this.own(socket);
    return { do: 'no-reply', state };
  }

  override async handleInfo(
    message: SocketMessage | string | symbol,
    state: number,
  ): Promise<MessageDirective<number>> {
    const line = told(message);
    this.story.push(line);
    const next = await this.step(line);
    return next === 'stop' ? { do: next, reason: 'normal', state } : { do: next, info: line, state };
  }

  /** For what comes from outside of a callback. */
  take(socket: Duplex, options?: { readonly active: boolean }): void {
    this.own(socket, options);
  }
}

function told(message: SocketMessage | string | symbol): string {
  if (typeof message === 'object') {
    const name = message.socket instanceof Wire ? message.socket.name : 'socket';
    if (message.type === 'data') return `${name}: ${message.bytes.toString()}`;
    return message.type === 'error' ? `${name}: ${message.error.message}` : `${name}: ${message.type}`;
  }
  return String(message);
}

/** An owner that is connected, in virtual time. */
export async function owner(step?: Step): Promise<{
  clock: VirtualClock;
  handle: Awaited<ReturnType<typeof Owner.start>>;
  behaviour: Owner;
  story: string[];
}> {
  const clock = new VirtualClock();
  const made: Owner[] = [];
  class Kept extends Owner {
    constructor() {
      super();
      if (step !== undefined) this.step = step;
      made.push(this);
    }
  }
  const dial = (): Promise<never> => Promise.reject(new Error('not used'));
  const handle = await Kept.connect(0, {}, { clock, random: Math.random, dial });
  onTestFinished(() => handle.close());
  const behaviour = made[0]!;
  return { clock, handle, behaviour, story: behaviour.story };
}
