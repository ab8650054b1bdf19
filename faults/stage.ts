import { FaultProxy, SeededRandom, type History } from 'hawser/testing';
import type { Belongings } from './belongings.ts';
import { Crashes } from './crashes.ts';
import { Dials } from './dials.ts';
import { fixture } from './fixtures.ts';
import { Impostor } from './impostor.ts';
import { Names } from './names.ts';
import { NetworkLab } from './network/network-lab.ts';
import type { EarlyStage, Row } from './row.ts';
import type { Subject } from './subject.ts';
import type { Tempo } from './tempo.ts';

/** What a row is played with. */
export interface Play {
  readonly subject: Subject;
  readonly tempo: Tempo;
  readonly seed: number;
}

/** Starts what a row asks for, and puts it where the client will find it. */
export async function setStage(
  row: Row,
  { subject, tempo, seed }: Play,
  history: History,
  belongings: Belongings,
): Promise<EarlyStage> {
  const { system } = subject;
  const needs = row.needs?.({ fixture });
  const lab = row.extra === 'lab' ? belongings.keep(NetworkLab.join()) : undefined;
  const there = lab && { at: { host: lab.server.address, launcher: lab.server.launcher } };
  const server = belongings.keep(await system.start({ ...needs, ...there }));
  const proxyOf = async (port: number): Promise<FaultProxy> =>
    belongings.keep(await FaultProxy.start({ target: { host: server.host, port }, seed }));
  const proxy = await proxyOf(needs?.tls === undefined ? server.port : server.tlsPort!);
  const impostor = row.extra === 'impostor' ? belongings.keep(await Impostor.start(proxy)) : undefined;
  const names = row.extra === 'name' ? belongings.keep(new Names()) : undefined;
  const follower = row.extra === 'follower' ? belongings.keep(await system.follow(server)) : undefined;
  const nearest = lab === undefined ? (impostor ?? proxy).endpoint : { host: server.host, port: server.port };
  const first = names === undefined ? nearest : { host: names.name, port: proxy.port };
  const inOrder = follower === undefined ? [first] : [first, (await proxyOf(follower.port)).endpoint];
  const endpoints = server.several?.endpoints ?? inOrder;
  const dials = belongings.keep(new Dials());
  for (const port of [...endpoints.map((endpoint) => endpoint.port), ...(server.several?.ports ?? [])]) {
    dials.watch(port);
  }
  return {
    subject,
    system,
    tempo,
    random: new SeededRandom(seed),
    server,
    proxy,
    impostor,
    names,
    lab,
    follower,
    endpoints,
    history,
    dials,
    crashes: belongings.keep(new Crashes()),
    keeper: server,
    belongings,
  };
}
