import {
  resp,
  type NetworkConditions,
  type PathConditions,
  type SeededRandom,
  type SimulatedListener,
  type SimulatedNetwork,
  type SimulatedPeer,
  type SimulatedRedis,
  type SimulatedRedisAnswer,
  type SimulatedRedisBehaviour,
  type SimulatedRedisCall,
  type SimulatedRedisConnection,
  type SimulatedWorld,
} from 'hawser/testing';
import { HawserError, type Endpoint } from 'hawser';
import { PendingCuts } from '../pending-cuts.ts';

/** How likely it is that something goes wrong, by what. */
interface Odds {
  /** Of a dial: refused by who listens. */
  readonly refuses: number;
  /** Of a connection: behaves strangely as a whole. */
  readonly strange: number;
  /** Of a command. */
  readonly error: number;
  readonly torn: number;
  readonly garbage: number;
  readonly slow: number;
  /** Of an answer about roles: that it is a replica's. */
  readonly replica: number;
}

const FINE: Odds = { refuses: 0, strange: 0, error: 0, torn: 0, garbage: 0, slow: 0, replica: 0 };

const STRANGE: readonly SimulatedRedisBehaviour[] = [
  'silent',
  'loading',
  'end',
  'reset',
  'refuse-auth',
  'no-hello',
  { raw: 'HTTP/1.1 400 Bad Request\r\n\r\n' },
  { raw: '-ERR max number of clients reached\r\n' },
];
/** What no protocol of Redis knows. */
const GARBAGE = ['?\r\n', ':4x2\r\n', '$5\r\nab\r\n\r\n', '*-7\r\n', '+OK\n'];
const ERRORS = [
  'OOM command not allowed',
  'READONLY replica',
  'LOADING',
  'BUSY script',
  'ERR no',
  'MOVED 1 a:1',
];
/** Of the handshake. The last ones are final. */
const HANDSHAKE_ERRORS = ['LOADING', 'BUSY script', 'ERR no', 'NOPROTO sorry', 'NOPERM no', 'WRONGPASS no'];
/** Commands that clients ask on their own behalf. */
const OF_CLIENTS: ReadonlySet<string> = new Set(['HELLO', 'AUTH', 'ROLE', 'SELECT', 'CLIENT', 'PING']);
const WRITES: ReadonlySet<string> = new Set(['SET', 'INCR', 'RPUSH', 'LPOP']);

/** Sets the network up, by chance; how it slices bytes is the same for both directions, and returned. */
export function randomConditions({ random, network }: SimulatedWorld): Pick<PathConditions, 'slicing'> {
  const { conditions } = network;
  const slicing = random.pick(['whole', 'random', 'each-byte'] as const);
  conditions.connectMs = random.integer(0, 50);
  conditions.kernelBufferBytes = random.pick([64, 500, 4_000, 65_536]);
  // Each delivery is late by itself: byte by byte, nothing would ever be whole in time.
  const jitterMax = { whole: 10, random: 3, 'each-byte': 0 }[slicing];
  for (const path of [conditions.toServer, conditions.toClient]) {
    Object.assign(path, {
      latencyMs: random.integer(0, 20),
      jitterMs: random.integer(0, jitterMax),
      slicing,
    });
  }
  return { slicing };
}

/** A network as one would wish. */
export function calm(conditions: NetworkConditions): void {
  conditions.connectMs = 1;
  conditions.kernelBufferBytes = 65_536;
  for (const path of [conditions.toServer, conditions.toClient]) {
    Object.assign(path, { latencyMs: 1, jitterMs: 0, slicing: 'whole' });
  }
}

/** What the network and the server do to clients, by chance. */
export class Weather {
  /** Push messages that were sent so far; each carries its number. */
  pushed = 0;
  readonly #random: SeededRandom;
  readonly #network: SimulatedNetwork;
  readonly #redis: SimulatedRedis;
  readonly #endpoints: readonly Endpoint[];
  readonly #hasLateDials: boolean;
  readonly #note: (what: string) => void;
  readonly #lacksHello: boolean;
  readonly #listeners = new Map<Endpoint, SimulatedListener>();
  /** Connections on which nothing is answered any more: to leave out one answer alone is what nobody could see. */
  readonly #silent = new Set<SimulatedRedisConnection>();
  readonly #cuts = new PendingCuts();
  #odds: Odds = FINE;

  /** `hasLateDials`: some dials do not mind that they are given up. */
  constructor(
    world: SimulatedWorld,
    redis: SimulatedRedis,
    endpoints: readonly Endpoint[],
    hasLateDials: boolean,
  ) {
    this.#random = world.random.fork();
    this.#network = world.network;
    this.#note = world.note;
    this.#redis = redis;
    this.#endpoints = endpoints;
    this.#hasLateDials = hasLateDials;
    this.#lacksHello = this.#random.chance(0.15);
    redis.on('*', (call) => this.answer(call));
    for (const endpoint of endpoints) this.#listen(endpoint);
    if (this.#random.chance(0.5)) this.change();
  }

  change(): void {
    const random = this.#random;
    const rarely = (most: number): number => (random.chance(0.6) ? 0 : most * random.next());
    this.#odds = {
      refuses: rarely(0.5),
      strange: rarely(0.5),
      error: rarely(0.5),
      torn: rarely(0.1),
      garbage: rarely(0.1),
      slow: rarely(0.3),
      replica: rarely(0.5),
    };
  }

  /** One thing happens to the network or to the server, now. */
  strike(): void {
    const random = this.#random;
    const endpoint = random.pick(this.#endpoints);
    const connection = random.pick([...this.#network.connections.slice(-2), undefined]);
    // What is said behind half a reply would be taken for the rest of it.
    const speaking = this.#redis.connections.slice(-2).filter((each) => !this.#silent.has(each));
    const served = random.pick([...speaking, undefined]);
    const strikes: readonly (() => void)[] = [
      () => this.change(),
      () => this.#tear(connection),
      () => this.#tear(connection),
      () => this.#slow(connection),
      () => connection?.freeze(),
      () => connection?.thaw(),
      () => connection?.stopReading(),
      () => connection?.resumeReading(),
      () => served && this.#push(served),
      () => served?.send(random.pick(GARBAGE)),
      () => served && this.#silent.add(served),
      () => this.#listeners.get(endpoint)?.crash(),
      () => this.#listeners.get(endpoint)?.stop(),
      () => this.#answerDials(endpoint),
      () => this.#network.answerDials(endpoint, { kind: random.pick(['refuse', 'blackhole']) }),
      () => this.#reopen(),
      () => this.#reopen(),
      () => this.#reopen(),
      () => this.#reopen(),
    ];
    const index = random.integer(0, strikes.length - 1);
    this.#note(`strike ${index}`);
    strikes[index]?.();
  }

  /** All is well from now on, and what stood still goes on. */
  calm(): void {
    this.#note('the weather is calm');
    this.#odds = FINE;
    this.#reopen();
    const { connections } = this.#network;
    for (const { conditions } of [this.#network, ...connections]) calm(conditions);
    for (const connection of connections) {
      connection.thaw();
      connection.resumeReading();
    }
    this.#cuts.finish();
  }

  /** All endpoints accept connections again. */
  #reopen(): void {
    for (const endpoint of this.#endpoints) {
      this.#network.answerDials(endpoint, { kind: 'accept' });
      this.#listen(endpoint);
    }
  }

  #listen(endpoint: Endpoint): void {
    const listener = this.#network.listen(endpoint, (peer) => {
      const random = this.#random;
      if (random.chance(this.#odds.refuses)) return 'refuse';
      if (random.chance(this.#odds.strange)) this.#redis.script(random.pick(STRANGE));
      else if (this.#lacksHello) this.#redis.script('no-hello');
      else this.#redis.script('normal');
      return this.#redis.accept(peer);
    });
    this.#listeners.set(endpoint, listener);
  }

  #answerDials(endpoint: Endpoint): void {
    const code = this.#random.pick(['CONNECT_FAILED', 'HANDSHAKE_REFUSED'] as const);
    const error = new HawserError(code, 'as chance has it', { outcome: 'not-sent' });
    this.#network.scriptDials(
      endpoint,
      this.#random.pick([
        [{ kind: 'refuse' }, { kind: 'blackhole' }],
        [{ kind: this.#hasLateDials ? 'accept-late' : 'accept', afterMs: 1_500 }],
        [{ kind: 'fail', error, afterMs: 10 }],
        [{ kind: 'accept', afterMs: 900 }],
      ]),
    );
  }

  #tear(connection: SimulatedPeer | undefined): void {
    const random = this.#random;
    const direction = random.pick(['to-client', 'to-server'] as const);
    const how = random.pick(['reset', 'reset', 'silence'] as const);
    const dice = random.integer(1, 10);
    if (dice <= 2) connection?.reset();
    else if (dice <= 4) connection?.end();
    else this.#cuts.add(connection, { direction, how, afterBytes: random.pick([0, random.integer(0, 300)]) });
  }

  /** The path changes under a connection. */
  #slow(connection: SimulatedPeer | undefined): void {
    if (connection === undefined) return;
    const random = this.#random;
    const path = random.pick([connection.conditions.toServer, connection.conditions.toClient]);
    path.latencyMs = random.pick([0, 5, 100, 1_000]);
    path.jitterMs = random.pick([0, 10, 300]);
    connection.conditions.kernelBufferBytes = random.pick([1_000, 65_536]);
  }

  #push(served: SimulatedRedisConnection): void {
    if (served.session.protocol !== 3) return;
    this.pushed += 1;
    served.send(resp.push('message', 'news', String(this.pushed)));
  }

  /**
   * What comes of a command instead of its usual answer, which `run` gives; `undefined`: that. Whoever teaches the server
   * a command asks here first, so that it is answered on no connection that has fallen silent.
   */
  answer({
    command,
    connection,
    run,
  }: Pick<SimulatedRedisCall, 'command' | 'connection' | 'run'>): SimulatedRedisAnswer | undefined {
    const random = this.#random;
    if (this.#silent.has(connection)) return 'silence';
    const { error, torn, garbage, slow, replica } = this.#odds;
    if (random.chance(torn)) return this.#torn(connection, run());
    if (random.chance(garbage)) {
      run();
      return { bytes: random.pick(GARBAGE) };
    }
    if (random.chance(error)) {
      const answer = this.#refusal(command.name, connection);
      if (answer !== undefined) return answer;
    }
    if ((command.name === 'HELLO' || command.name === 'ROLE') && random.chance(replica)) {
      return { bytes: run().toString('latin1').replace('$6\r\nmaster', '$5\r\nslave') };
    }
    if (random.chance(slow)) return { bytes: run(), afterMs: random.pick([1, 30, 400]) };
    return undefined;
  }

  /** The reply breaks off, if it begins at all. */
  #torn(connection: SimulatedRedisConnection, reply: Buffer): SimulatedRedisAnswer {
    const random = this.#random;
    const bytes = reply.subarray(0, random.integer(0, reply.length - 1));
    if (random.chance(0.6)) return { bytes, afterwards: random.pick(['end', 'reset']) };
    this.#silent.add(connection);
    return { bytes };
  }

  /** An error instead of what was asked; never within a transaction, whose commands the server has queued together. */
  #refusal(name: string, { session }: SimulatedRedisConnection): SimulatedRedisAnswer | undefined {
    const random = this.#random;
    if (session.transaction !== undefined || ['MULTI', 'EXEC', 'DISCARD', 'UNWATCH'].includes(name))
      return undefined;
    if (name === 'PING' && random.chance(0.5)) return undefined;
    const text = random.pick(OF_CLIENTS.has(name) ? HANDSHAKE_ERRORS : ERRORS);
    if (text.startsWith('READONLY') && !WRITES.has(name)) return undefined;
    return { bytes: resp.error(text) };
  }
}
