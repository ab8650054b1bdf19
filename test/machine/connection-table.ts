import {
  step,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionPolicy,
  type ConnectionState,
  type StateName,
} from '../../src/core/machine/index.ts';
import { CAUSE, contextOf, EPOCH, samples, type Sample } from './connections.ts';

interface Case {
  readonly event: ConnectionEvent;
  readonly sample?: Sample;
  readonly policy?: Partial<ConnectionPolicy>;
}

interface Row extends Case {
  /** What comes first in the row: the event, or a circumstance that changes what it leads to. */
  readonly title: string;
  /** For a circumstance: the case without it. Cells that are the same stay empty. */
  readonly usual?: Case;
}

const epoch = EPOCH;
const lost: ConnectionEvent = { type: 'lost', epoch, cause: CAUSE };
const refused: ConnectionEvent = { type: 'refused', epoch, cause: CAUSE };

const unfit: ConnectionEvent = { type: 'unfit', epoch, cause: CAUSE };
const disconnect: ConnectionEvent = { type: 'disconnect', cause: CAUSE, retryInMs: undefined };
const comeBack: ConnectionEvent = { ...disconnect, retryInMs: 'by-policy' };

const two = { endpoints: 2 };

/** Every event, and the circumstances that change what it leads to. */
const ROWS: readonly Row[] = [
  { title: '`connect`', event: { type: 'connect' } },
  { title: '`opened`', event: { type: 'opened', epoch } },
  { title: '`handshaken`', event: { type: 'handshaken', epoch } },
  { title: '`proven`', event: { type: 'proven', epoch } },
  { title: '`lost`', event: lost },
  { title: '... failing for 0.5 s', event: lost, sample: { failingForMs: 500 }, usual: { event: lost } },
  { title: '... up for 10 s', event: lost, sample: { upForMs: 10_000 }, usual: { event: lost } },
  { title: '... an endpoint is left', event: lost, policy: two, usual: { event: lost } },
  { title: '... does not reconnect', event: lost, policy: { reconnects: false }, usual: { event: lost } },
  { title: '`refused`', event: refused },
  {
    title: '... connected before',
    event: refused,
    sample: { reachedBefore: true },
    usual: { event: refused },
  },
  { title: '... an endpoint is left', event: refused, policy: two, usual: { event: refused } },
  {
    title: '... another endpoint was lost',
    event: refused,
    sample: { endpoint: 1 },
    policy: two,
    usual: { event: refused },
  },
  {
    title: '... does not reconnect',
    event: refused,
    policy: { reconnects: false },
    usual: { event: refused },
  },
  { title: '`unfit`', event: unfit },
  { title: '... up for 10 s', event: unfit, sample: { upForMs: 10_000 }, usual: { event: unfit } },
  { title: '... does not reconnect', event: unfit, policy: { reconnects: false }, usual: { event: unfit } },
  { title: '`retry-due`', event: { type: 'retry-due', epoch } },
  { title: '`disconnect`', event: disconnect },
  { title: '`disconnect`, back in 5 s', event: { ...disconnect, retryInMs: 5_000 } },
  { title: '`disconnect`, back by policy', event: comeBack },
  { title: '... up for 10 s', event: comeBack, sample: { upForMs: 10_000 }, usual: { event: comeBack } },
  { title: '`drain`', event: { type: 'drain' } },
  { title: '`drained`', event: { type: 'drained', epoch } },
  { title: '`close`', event: { type: 'close', cause: CAUSE } },
];

/** What each event leads to in each state, as `step` decides it: a Markdown table. */
export function connectionTable(): string {
  const names = Object.keys(samples()) as StateName[];
  const lines = ROWS.map((row) => [row.title, ...names.map((name) => cell(row, name))]);
  const table = [['', ...names], names.map(() => '---').concat('---'), ...lines];
  return table.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function cell(row: Row, name: StateName): string {
  const result = resultOf(row, name);
  return row.usual !== undefined && resultOf(row.usual, name) === result ? '' : result;
}

function resultOf({ event, sample, policy }: Case, name: StateName): string {
  const from = samples(sample)[name];
  const { state, effects } = step(from, event, contextOf(policy, 0));
  if (state === from) return '·';
  const latest = step(from, event, contextOf(policy, 1)).effects;
  const deeds = effects.map((effect, index) => describe(effect, latest[index]!));
  return [state.name, ...forgotten(from, state), ...deeds].join(', ');
}

function forgotten(from: ConnectionState, to: ConnectionState): string[] {
  const counted = from.name === 'ready' && from.failures !== undefined;
  return counted && to.name === 'ready' && to.failures === undefined ? ['backoff forgotten'] : [];
}

function describe(effect: ConnectionEffect, latest: ConnectionEffect): string {
  switch (effect.do) {
    case 'tear-down':
      return 'tear down';
    case 'dial':
      return effect.endpoint === 0 ? 'dial' : 'dial the next';
    case 'handshake':
      return 'shake hands';
    case 'retry-later':
      return `retry in ${seconds(effect.delayMs, (latest as typeof effect).delayMs)} s`;
  }
}

function seconds(leastMs: number, mostMs: number): string {
  const [least, most] = [leastMs, mostMs].toSorted((one, other) => one - other) as [number, number];
  return least === most ? String(least / 1_000) : `${least / 1_000} to ${most / 1_000}`;
}
