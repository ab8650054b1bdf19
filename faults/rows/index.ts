import type { Row } from '../row.ts';
import type { Subject } from '../subject.ts';
import type { Tempo } from '../tempo.ts';
import { connecting } from './connecting.ts';
import { endings } from './endings.ts';
import { named as ofNames } from './names.ts';
import { network } from './network.ts';
import { nonsense } from './nonsense.ts';
import { packets } from './packets.ts';
import { inProcess } from './process.ts';
import { servers } from './server.ts';
import { silence } from './silence.ts';
import { ofClusters } from './cluster.ts';
import { ofReaders } from './readers.ts';
import { ofSentinels } from './sentinels.ts';
import { ofSubscribers } from './subscribers.ts';
import { ofTakers } from './takers.ts';
import { secured } from './tls.ts';

/** Every fault that any client is put through, in the order of the matrix. */
export const ROWS: readonly Row[] = [
  ...connecting,
  ...ofNames,
  ...secured,
  ...endings,
  ...silence,
  ...packets,
  ...network,
  ...nonsense,
  ...servers,
  ...inProcess,
];

/** Faults that concern those alone who use a client in a way of their own, or connect to several servers. */
export const SPECIAL_ROWS: readonly Row[] = [
  ...ofSubscribers,
  ...ofTakers,
  ...ofReaders,
  ...ofSentinels,
  ...ofClusters,
];

/** All of them. */
export const ALL_ROWS: readonly Row[] = [...ROWS, ...SPECIAL_ROWS];

/** Of the rows for any client, those that are something else for each way to use it: how a connection is lost, and comes back. */
const BY_WAY = named([
  'refused, under load',
  'refused, at start',
  'accepted, then silence, after a loss',
  'accepted, then dropped',
  'reset mid-reply',
  'reset, idle',
  'end mid-reply',
  'half-close',
  'half-open, busy',
  'half-open, idle',
  'half-open, requests lost',
  'half-open, replies lost',
  'half-open, then healed',
  'server stopped, busy',
  'server stopped, idle',
  'server holds its answers',
  'packets dropped',
  'one way, requests dropped',
  'one way, replies dropped',
  'some packets lost',
  'connections aborted',
  'latency',
  'narrow band',
  'random pieces',
  'garbage, busy',
  'killed and restarted',
  'failover',
  'demoted, and another promoted',
  'one session ended',
  'all sessions ended',
  'no room for clients',
  'loading',
  'password changed',
  'callers leave',
  'event loop blocked',
  'process frozen and thawed',
]);

/** Of the rows for any client, those through which another way to use one is put in a hurry. */
const ANOTHER_WAY_IN_A_HURRY = named([
  'reset mid-reply',
  'half-open, replies lost',
  'server stopped, busy',
  'killed and restarted',
  'all sessions ended',
  'callers leave',
]);

/** The few that are played in a hurry. */
const IN_A_HURRY = named([
  'reset mid-reply',
  'subscribers hung up on',
  'half-open, calls alone',
  'half-open, shared connection alone',
  'reading hung up on',
  'master killed, its replica promoted',
]);

/** The rows that a subject is put through. */
export function rowsOf(
  { company, setting, isAnotherWay }: Pick<Subject, 'company' | 'setting' | 'isAnotherWay'>,
  tempo: Tempo['name'],
): readonly Row[] {
  const special = setting ?? company;
  if (special === undefined) {
    return isAnotherWay === true && tempo === 'quick'
      ? ROWS.filter(({ name }) => ANOTHER_WAY_IN_A_HURRY.has(name))
      : ROWS;
  }
  const isOfAny = (name: string): boolean => setting === undefined && BY_WAY.has(name);
  return ALL_ROWS.filter(
    ({ name, concerns }) =>
      (concerns === undefined ? isOfAny(name) : concerns === special) &&
      (tempo !== 'quick' || IN_A_HURRY.has(name)),
  );
}

/** Names of rows. Throws where there is none of that name. */
function named(names: readonly string[]): ReadonlySet<string> {
  for (const name of names) {
    if (!ALL_ROWS.some((row) => row.name === name)) throw new Error(`There is no row "${name}".`);
  }
  return new Set(names);
}
