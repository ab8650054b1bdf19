/**
 * The lab's three namespaces: a client and a server, each with one link to a network between them that passes packets on.
 * What the network does to a packet, neither of the others can know but by what arrives.
 */
export type Place = 'client' | 'network' | 'server';

/** The two of them that have something to say to each other. */
export type Side = 'client' | 'server';

/** The way of a packet between them. */
export type Direction = 'to-server' | 'to-client';

const NUMBERS: Readonly<Record<Side, number>> = { client: 1, server: 2 };

/** Last part of a side's addresses. The first is the network's own. */
export type Station = 2 | 3;
export const HOME: Station = 2;
export const ELSEWHERE: Station = 3;

/** The only link of a side. */
export const LINK = 'link0';

/** The network's link to a side. */
export function linkTo(side: Side): string {
  return `to-${side}`;
}

export function addressOf(side: Side, station: Station | 1 = HOME): string {
  return `10.0.${NUMBERS[side]}.${station}`;
}

export function address6Of(side: Side, station: Station | 1 = HOME): string {
  return `fd00:${NUMBERS[side]}::${station}`;
}

/** Lines of shell for the network: joins it with both sides, which are given by a process in each. */
export function joinSides(pids: Readonly<Record<Side, number>>): string {
  const lines = ['echo 1 >/proc/sys/net/ipv4/ip_forward', 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'];
  for (const side of ['client', 'server'] as const) {
    lines.push(
      `ip link add ${linkTo(side)} type veth peer name ${LINK} netns ${pids[side]}`,
      ...settle(linkTo(side), side, 1),
    );
  }
  return lines.join('\n');
}

/** Lines of shell for a side: takes its link up, with these addresses and no others. */
export function settleSide(side: Side, station: Station = HOME): string {
  return [
    'ip link set lo up',
    `ip address flush dev ${LINK}`,
    ...settle(LINK, side, station),
    `ip route replace default via ${addressOf(side, 1)}`,
    `ip -6 route replace default via ${address6Of(side, 1)}`,
  ].join('\n');
}

/** Addresses are good at once: the system's own for a link would be in doubt for a second, and delay the first packets. */
function settle(link: string, side: Side, station: Station | 1): string[] {
  return [
    `ip link set ${link} addrgenmode none`,
    `ip link set ${link} up`,
    `ip address add ${addressOf(side, station)}/24 dev ${link}`,
    `ip address add ${address6Of(side, station)}/64 dev ${link} nodad`,
    `ip address add fe80::${station}/64 dev ${link} nodad`,
  ];
}
