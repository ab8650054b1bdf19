import { getEventListeners } from 'node:events';
import { HawserError, Pipeline } from 'hawser';
import type { SeededRandom, SimulatedWorld } from 'hawser/testing';
import {
  postgresSimple,
  query,
  type PostgresPush,
  type PostgresReply,
  type PostgresRequest,
} from '../../protocols/postgres-simple.ts';
import { actByChance } from '../acts.ts';
import { PendingCuts } from '../pending-cuts.ts';
import { calm, randomConditions } from '../redis/weather.ts';
import type { Simulation } from '../simulation.ts';
import { UpgradingServer } from './server.ts';

const ENDPOINT = { host: 'database', port: 5432 };
const TIMEOUT_MS = 1_000;
const RECOVERY_MS = 20_000;
const GRACE_MS = 2;

/** One query, told apart from all others by its text. */
interface RecordedQuery {
  readonly text: string;
  readonly isRepeatable: boolean;
  ending: 'answered' | HawserError | undefined;
}

/** A client of a protocol that goes on over TLS in mid-stream, and what it is put through. */
class UpgradeScenario {
  readonly #world: SimulatedWorld;
  readonly #random: SeededRandom;
  readonly #server: UpgradingServer;
  readonly #requiresTls: boolean;
  readonly #pipeline: Pipeline<PostgresRequest, PostgresReply, PostgresPush>;
  readonly #queries: RecordedQuery[] = [];
  readonly #controllers: AbortController[] = [];
  readonly #cuts = new PendingCuts();

  constructor(world: SimulatedWorld) {
    const { random, network, environment } = world;
    this.#world = world;
    this.#random = random.fork();
    randomConditions(world);
    this.#requiresTls = random.chance(0.7);
    this.#server = new UpgradingServer(world, this.#requiresTls || random.chance(0.5));
    network.listen(ENDPOINT, this.#server.accept);
    const tls = this.#requiresTls ? 'required' : 'preferred';
    this.#pipeline = Pipeline.start(
      postgresSimple({ user: 'ann', password: 'secret', tls }),
      {
        endpoints: [ENDPOINT],
        tls: {},
        timeoutMs: TIMEOUT_MS,
        stallAfterMs: random.pick([300, 1_500]),
        connectTimeoutMs: 500,
        handshakeTimeoutMs: 1_000,
        backoff: { baseMs: 10, capMs: 500 },
        slowRetryMs: 2_000,
      },
      environment,
    );
  }

  async run(): Promise<void> {
    for (let acts = this.#random.integer(20, 60); acts > 0; acts -= 1) {
      this.#act();
      if (this.#random.chance(0.5)) await this.#world.pause(this.#random.pick([0, 1, 20, 100, 500]));
    }
    if (this.#random.chance(0.6)) await this.#recover();
    await this.#end();
  }

  #act(): void {
    const random = this.#random;
    const connection = this.#world.network.connections.at(-1);
    actByChance(random, [
      [60, () => void this.#ask()],
      [10, () => this.#controllers.at(-1)?.abort()],
      [3, () => this.#world.block(random.pick([10, 2_000]))],
      [3, () => this.#pipeline.retryNow()],
      [3, () => connection?.reset()],
      [
        3,
        () =>
          this.#cuts.add(connection, {
            direction: random.pick(['to-server', 'to-client']),
            afterBytes: random.integer(0, 100),
          }),
      ],
      [2, () => connection?.cut({ direction: 'to-client', how: 'silence' })],
      [0.3, () => void this.#pipeline.close({ timeoutMs: 100 })],
    ]);
  }

  async #ask(timeoutMs: number = this.#random.pick([TIMEOUT_MS, TIMEOUT_MS, 50])): Promise<void> {
    const random = this.#random;
    const asked: RecordedQuery = {
      text: `<${this.#queries.length + 1}>`,
      isRepeatable: random.chance(0.5),
      ending: undefined,
    };
    this.#queries.push(asked);
    const { text, isRepeatable } = asked;
    const controller = new AbortController();
    if (random.chance(0.3)) this.#controllers.push(controller);
    const isOwn = (reply: PostgresReply): boolean =>
      reply.kind === 'done' && reply.results[0]?.rows[0]?.[0] === text;
    const request = query(`SELECT '${text}'`, { repeatable: isRepeatable });
    await this.#world.history
      .call({ caller: 'client', what: text, timeoutMs, isOwn }, () =>
        this.#pipeline.submit(request, { timeoutMs, signal: controller.signal }),
      )
      .then(
        () => (asked.ending = 'answered'),
        (error: HawserError) => (asked.ending = error),
      );
  }

  async #recover(): Promise<void> {
    const { pause, check, network } = this.#world;
    this.#server.isCalm = true;
    for (const { conditions } of [network, ...network.connections]) calm(conditions);
    this.#cuts.finish();
    await pause(RECOVERY_MS);
    if (this.#pipeline.state === 'parked') this.#pipeline.retryNow();
    await pause(RECOVERY_MS);
    if (this.#pipeline.state === 'closed') return;
    const { state, lastCause } = this.#pipeline.explain();
    if (state !== 'ready') check([`P6: ${state} when all is well: ${lastCause}`]);
    await this.#ask(5_000);
    const { ending } = this.#queries.at(-1) as RecordedQuery;
    if (ending !== 'answered') check([`P6: no answer when all is well: ${String(ending)}`]);
  }

  async #end(): Promise<void> {
    const { pause, check, clock } = this.#world;
    const closeMs = this.#random.pick([0, 100, 1_000]);
    const began = clock.now();
    await this.#pipeline.close({ timeoutMs: closeMs });
    if (clock.now() - began > closeMs + GRACE_MS)
      check([`P10: close() took ${clock.now() - began} of ${closeMs} ms`]);
    await pause(0);
    const open = this.#queries.filter(({ ending }) => ending === undefined).length;
    if (open > 0) check([`P1: ${open} queries outlive the close`]);
    await pause(60_000);
    const listeners = this.#controllers.flatMap(({ signal }) => getEventListeners(signal, 'abort')).length;
    if (listeners > 0) check([`${listeners} listeners are left on signals`]);
    check(this.#broken());
    check(this.#server.failures);
  }

  #broken(): string[] {
    const { connections } = this.#world.network;
    const written = connections.map((connection) => ({
      isSecure: connection.tlsStarts > 0,
      text: connection.written.toString('latin1'),
    }));
    return this.#queries.flatMap(({ text, isRepeatable, ending }) => {
      const sent = written.filter((connection) => connection.text.includes(`'${text}'`));
      const received = this.#server.received.get(text) ?? 0;
      const broken: string[] = [];
      if (ending instanceof HawserError && ending.outcome === 'not-sent' && sent.length > 0)
        broken.push(`P2: ${text} was sent`);
      if (received > (isRepeatable ? 2 : 1)) broken.push(`P3: ${text} was received ${received} times`);
      if (this.#requiresTls && sent.some(({ isSecure }) => !isSecure))
        broken.push(`${text} went out in plain text`);
      if (ending === 'answered' && received === 0)
        broken.push(`P4: ${text} was answered, and never received`);
      return broken;
    });
  }
}

/** A protocol that goes on over TLS in mid-stream, with a handshake of many steps each of which may go wrong. */
export const upgradeSimulation: Simulation = {
  name: 'upgrade',
  folder: 'test/simulation/upgrade',
  seeds: 600,
  commonFates: [
    'ok',
    'DEADLINE unknown',
    'DEADLINE not-sent',
    'ABORTED unknown',
    'ABORTED not-sent',
    'CLOSED not-sent',
    'CONNECTION_LOST unknown',
    'NOT_CONNECTED not-sent',
    'PROTOCOL_VIOLATION unknown',
    '42P01 refused',
  ],
  scenario: (world) => new UpgradeScenario(world).run(),
};
