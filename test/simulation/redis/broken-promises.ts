import { HawserError } from 'hawser';
import type { SimulatedNetwork, SimulatedRedis } from 'hawser/testing';

/** One command of a simulated call, told apart from all others by an argument that only it has. */
export interface RecordedCommand {
  readonly id: string;
  readonly kind: 'read' | 'write';
  /** What an own answer looks like. */
  readonly isOwnAnswer: (reply: unknown) => boolean;
}

/** One call and what became of it. */
export interface RecordedCall {
  readonly what: 'command' | 'pipeline' | 'transaction';
  readonly commands: readonly RecordedCommand[];
  /** How often each command may reach the server. */
  readonly sendingsMax: number;
  readonly madeAtMs: number;
  readonly timeoutMs: number;
  /** How often the promise settled. */
  settled: number;
  /** By how much it was late, if that is more than 0. */
  lateMs: number;
  result: { readonly value: unknown } | { readonly error: unknown } | undefined;
}

/** An argument by which commands are told apart. */
const ID = /^<(?<number>\d+)>$/;

/** The number of an argument by which commands are told apart; `undefined` for any other argument. */
export function numberOf(argument: Buffer | undefined): number | undefined {
  const number = ID.exec(argument?.toString() ?? '')?.groups?.['number'];
  return number === undefined ? undefined : Number(number);
}

/** A call as sentences name it. */
export function nameOf({ what, commands }: RecordedCall): string {
  return `${what} ${commands.map(({ id }) => id).join(' ')}`;
}

/** All that a history breaks, one line each; none when every promise was kept. */
export function brokenPromises(
  calls: readonly RecordedCall[],
  redis: SimulatedRedis,
  network: SimulatedNetwork,
): string[] {
  const written = Buffer.concat(network.connections.map((connection) => connection.written)).toString(
    'latin1',
  );
  const broken: string[] = [];
  for (const call of calls) {
    const name = nameOf(call);
    if (call.settled !== 1) broken.push(`P1: ${name} settled ${call.settled} times`);
    if (call.lateMs > 0)
      broken.push(`P1: ${name} settled ${call.lateMs} ms after its deadline of ${call.timeoutMs} ms`);
    for (const [index, command] of call.commands.entries()) {
      const said = fateOf(command, resultOf(call, index), call, redis, written);
      if (said !== undefined) broken.push(`${said}: ${name}, ${command.id}`);
    }
    if (call.what === 'transaction' && !isWhole(call, redis)) broken.push(`${name} has run in part`);
  }
  return broken;
}

/** What a call ends with, per command: the reply, or the error in its place. */
function resultOf(call: RecordedCall, index: number): unknown {
  if (call.result === undefined) return undefined;
  if ('error' in call.result) return call.result.error;
  const { value } = call.result;
  return call.what !== 'command' && Array.isArray(value) ? value[index] : value;
}

function fateOf(
  { id, kind, isOwnAnswer }: RecordedCommand,
  result: unknown,
  { sendingsMax }: RecordedCall,
  redis: SimulatedRedis,
  written: string,
): string | undefined {
  const received = redis.timesReceived(id);
  const applied = redis.timesApplied(id);
  if (received > sendingsMax) return `P3 received ${received} times, at most ${sendingsMax} allowed`;
  if (result instanceof HawserError) {
    if (result.outcome === 'not-sent' && written.includes(id))
      return 'P2 not-sent, but it was handed to a transport';
    if (result.outcome === 'refused' && received === 0) return 'P2 refused, but the server never saw it';
    return undefined;
  }
  if (result instanceof Error) return `an error that is no HawserError: ${result.stack}`;
  if (!isOwnAnswer(result)) return `P4 the answer of another: ${JSON.stringify(result)}`;
  if (received === 0) return 'P2 answered, but the server never saw it';
  if (kind === 'write' && applied === 0) return 'P2 answered, but it was never carried out';
  return undefined;
}

/** Whether a transaction has run as often in each of its parts. */
function isWhole({ commands }: RecordedCall, redis: SimulatedRedis): boolean {
  const writes = commands.filter(({ kind }) => kind === 'write').map(({ id }) => redis.timesApplied(id));
  return new Set(writes).size <= 1;
}

/** Commands that came on one connection in another order than that in which they were made. */
export function disorder(redis: SimulatedRedis): string[] {
  return redis.connections.flatMap(({ number, commands }) => {
    const made = commands.flatMap(({ args: [first] }) => numberOf(first) ?? []);
    const wrong = made.find((id, index) => index > 0 && id < (made[index - 1] as number));
    return wrong === undefined
      ? []
      : [`<${wrong}> came on connection ${number} behind one that was made later`];
  });
}
