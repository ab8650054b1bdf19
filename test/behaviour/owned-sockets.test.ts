import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import {
  Connection,
  type Awaitable,
  type ConnectDirective,
  type InitDirective,
  type MessageDirective,
  type SocketMessage,
} from 'hawser';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DATA_WAITING_MAX } from '../../src/core/behaviour/owned-sockets.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { plainServer } from '../support/loopback.ts';

/** A socket of which a test says what arrives. */
class Wire extends Duplex {
  readonly name: string;

  constructor(name: string = 'wire') {
    super({ highWaterMark: 1, autoDestroy: true });
    this.name = name;
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: unknown, callback: () => void): void {
    callback();
  }

  /** Listeners that are not Node's own. */
  get listening(): number {
    return ['data', 'end', 'error', 'close'].reduce((sum, event) => sum + this.listenerCount(event), 0);
  }
}

type Next = MessageDirective<number>['do'];
type Step = (line: string) => Awaitable<Next>;

/** Owns the sockets that it is given as casts, and writes down what it is told. */
class Owner extends Connection<number, unknown, unknown, Duplex, string> {
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
  take(socket: Duplex): void {
    this.own(socket);
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
async function owner(step?: Step): Promise<{
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

describe('an owned socket', () => {
  test('tells of its data and of its end, in their order', async () => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    handle.cast(wire);
    await clock.settle();
    wire.push('a');
    await clock.settle();
    wire.push('b');
    wire.push(null);
    await clock.settle();
    expect(story).toEqual(['wire: a', 'wire: b', 'wire: closed']);
  });

  test('tells of an error once, and of nothing behind it', async () => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    handle.cast(wire);
    await clock.settle();
    wire.destroy(new Error('reset'));
    await clock.settle();
    expect([story, handle.explain().sockets]).toEqual([['wire: reset'], 0]);
  });

  test('that is closed from this side is closed, too', async () => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    handle.cast(wire);
    await clock.settle();
    wire.destroy();
    await clock.settle();
    expect([story, wire.listening, handle.explain().sockets]).toEqual([['wire: closed'], 0, 0]);
  });

  test.each([
    [undefined, 'wire: closed'],
    [new Error('reset'), 'wire: reset'],
  ])('that was over before tells so at once: %s', async (error, line) => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    wire.on('error', () => {}).destroy(error);
    await clock.settle();
    handle.cast(wire);
    await clock.settle();
    expect([story, handle.explain().sockets]).toEqual([[line], 0]);
  });

  test('that is just being destroyed tells so once', async () => {
    const { clock, handle, behaviour, story } = await owner();
    const wire = new Wire();
    wire.destroy();
    behaviour.take(wire);
    await clock.settle();
    expect([story, handle.explain().sockets]).toEqual([['wire: closed'], 0]);
  });

  test('that was paused before is read', async () => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    wire.pause();
    wire.push('early');
    handle.cast(wire);
    await clock.settle();
    expect(story).toEqual(['wire: early']);
  });

  test('is owned once, however often it is taken over', async () => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    handle.cast(wire);
    handle.cast(wire);
    await clock.settle();
    wire.push('a');
    await clock.settle();
    expect([story, handle.explain().sockets]).toEqual([['wire: a'], 1]);
  });

  test('keeps the state and the mailbox of its connection: several may be owned', async () => {
    const { clock, handle, story } = await owner();
    const [one, other] = [new Wire('one'), new Wire('other')];
    handle.cast(one);
    handle.cast(other);
    await clock.settle();
    one.push('a');
    other.push('b');
    await clock.settle();
    expect(story).toEqual(['one: a', 'other: b']);
  });

  test('must give bytes', async () => {
    const { clock, handle, behaviour } = await owner();
    const wire = new Wire();
    wire.setEncoding('utf8');
    expect(() => behaviour.take(wire)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => behaviour.take({} as Duplex)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    await clock.settle();
    expect(handle.state).toBe('ready');
  });
});

describe('when an owned socket is released', () => {
  test.each([
    ['disconnects', 'disconnect'],
    ['connects anew', 'connect'],
    ['stops', 'stop'],
  ] as const)('because the connection %s: it is destroyed, and nothing more comes of it', async (_, next) => {
    const { clock, handle, story } = await owner(async (line) => {
      if (line !== 'go') return 'no-reply';
      await new Promise<void>((resolve) => void clock.setTimer(resolve, 10));
      return next;
    });
    const wire = new Wire();
    handle.cast(wire);
    handle.info('go');
    await clock.settle();
    wire.push('never told');
    await clock.advance(10);
    expect([story, wire.destroyed, wire.listening]).toEqual([['go'], true, 0]);
    expect(handle.explain()).toMatchObject({ sockets: 0, waiting: 0 });
  });

  test('one that was owned while there was no connection goes with the next attempt', async () => {
    const { clock, handle } = await owner((line) => (line === 'leave' ? 'disconnect' : 'connect'));
    handle.info('leave');
    const wire = new Wire();
    handle.cast(wire);
    await clock.settle();
    expect([handle.state, wire.destroyed]).toEqual(['idle', false]);
    handle.info('come');
    await clock.settle();
    expect([handle.state, wire.destroyed]).toEqual(['ready', true]);
  });

  test.each(['disconnect', 'close'] as const)(
    'one that was owned while there was no connection goes with a %s, too',
    async (end) => {
      const { clock, handle } = await owner((line) => (line === 'leave' ? 'disconnect' : 'no-reply'));
      handle.info('leave');
      const wire = new Wire();
      handle.cast(wire);
      await clock.settle();
      expect([handle.state, wire.destroyed]).toEqual(['idle', false]);
      if (end === 'close') await clock.waitFor(handle.close());
      else handle.info('leave');
      await clock.settle();
      expect(wire.destroyed).toBe(true);
    },
  );

  test('an error of a socket that is being destroyed is heard by nobody, and harms nobody', async () => {
    const { clock, handle, behaviour, story } = await owner();
    class Failing extends Wire {
      override _destroy(_error: Error | null, callback: (error: Error) => void): void {
        setImmediate(() => callback(new Error('late')));
      }
    }
    const wire = new Failing();
    behaviour.take(wire);
    await clock.waitFor(handle.close());
    await clock.settle();
    expect([story, wire.listening]).toEqual([[], 0]);
  });

  test('one that is taken over after the end is destroyed', async () => {
    const { clock, handle, behaviour } = await owner();
    await clock.waitFor(handle.close());
    const wire = new Wire();
    behaviour.take(wire);
    await clock.settle();
    expect([wire.destroyed, wire.listening]).toEqual([true, 0]);
    const over = new Wire();
    over.destroy();
    behaviour.take(over);
    expect(handle.explain()).toMatchObject({ waiting: 0, sockets: 0 });
  });

  test('terminate can still take its leave of the peer', async () => {
    const { clock, handle, behaviour } = await owner();
    const wire = new Wire();
    let wasOpen = false;
    behaviour.terminate = () => {
      wasOpen = !wire.destroyed;
    };
    handle.cast(wire);
    await clock.waitFor(handle.close());
    expect([wasOpen, wire.destroyed]).toEqual([true, true]);
  });
});

describe('data that comes faster than it is handled', () => {
  test(`pauses the socket at ${DATA_WAITING_MAX} pieces, until they are handled`, async () => {
    const { clock, handle, story } = await owner(async () => {
      await new Promise<void>((resolve) => void clock.setTimer(resolve, 1));
      return 'no-reply' as const;
    });
    const wire = new Wire();
    handle.cast(wire);
    await clock.settle();
    for (let piece = 0; piece < 100; piece += 1) {
      wire.push(String(piece));
      await new Promise((resolve) => void setImmediate(resolve));
    }
    // One of them is being handled.
    expect(handle.explain().waiting).toBe(DATA_WAITING_MAX);
    expect(wire.isPaused()).toBe(true);
    for (let ms = 0; ms < 110; ms += 1) {
      await clock.advance(1);
      expect(handle.explain().waiting).toBeLessThanOrEqual(DATA_WAITING_MAX);
    }
    expect(story.join(' ').replaceAll('wire: ', '').replaceAll(' ', '')).toBe(
      Array.from({ length: 100 }, (_, piece) => piece).join(''),
    );
  });

  test('a socket that the behaviour paused itself stays so', async () => {
    const wire = new Wire();
    const { clock, handle, story } = await owner((line) => {
      if (line === 'wire: a') wire.pause();
      return 'no-reply';
    });
    handle.cast(wire);
    await clock.settle();
    wire.push('a');
    await clock.settle();
    wire.push('b');
    await clock.settle();
    expect([story, wire.isPaused()]).toEqual([['wire: a'], true]);
    wire.resume();
    await clock.settle();
    expect(story).toEqual(['wire: a', 'wire: b']);
  });
});

describe('a socket of the system', () => {
  /** Connects to a server, and resolves when it was told the line. */
  async function talking(
    server: { readonly port: number },
    until: string,
  ): Promise<{ story: string[]; over: Promise<void>; socket: Socket }> {
    let over!: () => void;
    const done = new Promise<void>((resolve) => {
      over = resolve;
    });
    const story: string[] = [];
    const socket = connect({ host: '127.0.0.1', port: server.port });
    class Talking extends Owner {
      override async connect(_: unknown, state: number): Promise<ConnectDirective<number>> {
        this.own(socket);
        await once(socket, 'connect');
        return { do: 'ok', state };
      }

      override step: Step = (line) => {
        story.push(line);
        if (line.includes(until)) over();
        return 'no-reply';
      };
    }
    const handle = await Talking.connect(0);
    onTestFinished(() => handle.close());
    return { story, over: done, socket };
  }

  test('its data comes, and a FIN of the peer is its end', async () => {
    const server = await plainServer((socket) => socket.end('hello'));
    const { story, over } = await talking(server, 'closed');
    await over;
    expect(story).toEqual(['socket: hello', 'socket: closed']);
  });

  test('a reset is its error', async () => {
    const server = await plainServer(() => {});
    const { story, over } = await talking(server, 'ECONNRESET');
    (await server.socket()).resetAndDestroy();
    await over;
    expect(story).toEqual(['socket: read ECONNRESET']);
  });

  test('its peer sees that it is gone when the connection is closed', async () => {
    const server = await plainServer(() => {});
    const socket = connect({ host: '127.0.0.1', port: server.port });
    class Simple extends Owner {
      override connect(_: unknown, state: number): ConnectDirective<number> {
        this.own(socket);
        return { do: 'ok', state };
      }
    }
    const handle = await Simple.connect(0);
    const peer = await server.socket();
    const gone = once(peer.resume(), 'close');
    await handle.close();
    await gone;
    expect(socket.destroyed).toBe(true);
  });
});
