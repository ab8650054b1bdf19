import {
  addressOf,
  address6Of,
  ELSEWHERE,
  LINK,
  linkTo,
  settleSide,
  type Direction,
  type Place,
  type Side,
} from './topology.ts';

/** A fault of a `NetworkLab` that holds from when it is added until it is removed. */
export type LastingNetworkFault =
  /**
   * Every packet is lost, and nobody is told: connections that are open are silent, new ones are dialled in vain. What was
   * sent meanwhile comes when TCP sends it again. Of both families of addresses, or of one.
   */
  | { readonly kind: 'drop'; readonly direction: Direction | 'both'; readonly family?: 4 | 6 }
  /** Packets of TCP are lost by chance, each with a probability of `share`, above 0 and up to 1. */
  | { readonly kind: 'loss'; readonly direction: Direction | 'both'; readonly share: number }
  /** The network says that it knows no way to the server: dials fail with EHOSTUNREACH (IPv6: ENETUNREACH), open connections are silent. */
  | { readonly kind: 'unreachable' }
  /**
   * The link of a side is down, and open connections are silent. The client's dials fail: with ENETUNREACH at once where it is
   * the client's, with EHOSTUNREACH where it is the server's, when the network has looked for it in vain for three seconds.
   */
  | { readonly kind: 'unplugged'; readonly side: Side }
  /** The client's system gives only so many local ports (1 to 1,000) to connections from now on; more dials fail with EADDRNOTAVAIL. */
  | { readonly kind: 'few-ports'; readonly ports: number }
  /** The server has other addresses. There is silence at the old ones, until the network notices that nobody is there any more. */
  | { readonly kind: 'moved' };

/** A fault that happens to the connections that are open when it is added, at once, and is over then. */
export type MomentaryNetworkFault =
  /** The client's system ends all of the client's connections: ECONNABORTED here, an RST for the server. */
  { readonly kind: 'abort' };

/** What a `NetworkLab` can do to the packets between its client and its server. */
export type NetworkFault = LastingNetworkFault | MomentaryNetworkFault;

/** What a fault takes: lines of shell that are run at one place. */
export interface NetworkChange {
  readonly place: Place;
  /** What it changes there. Faults that have one in common exclude each other. */
  readonly subjects: readonly string[];
  readonly begin: string;
  /** Undefined for what is over when it has begun. */
  readonly end: string | undefined;
}

/** The range that systems take local ports from. */
const USUAL_PORTS = '32768 60999';
/** Beyond it, so that no earlier connection counts. */
const FEW_PORTS_FROM = 61_000;
const FEW_PORTS_MAX = 1_000;
const PORT_RANGE = '/proc/sys/net/ipv4/ip_local_port_range';

/** What a fault takes. Throws a RangeError when a number of it makes no sense. */
export function changeOf(fault: NetworkFault): NetworkChange {
  switch (fault.kind) {
    case 'drop':
      return drop(directionsOf(fault.direction), fault.family === undefined ? [4, 6] : [fault.family]);
    case 'loss':
      if (!(fault.share > 0 && fault.share <= 1)) {
        throw new RangeError(`loss: share is above 0 and up to 1, not ${fault.share}`);
      }
      return lose(directionsOf(fault.direction), fault.share);
    case 'unreachable':
      return unreachable();
    case 'unplugged':
      return unplug(fault.side);
    case 'few-ports':
      if (!(Number.isInteger(fault.ports) && fault.ports >= 1 && fault.ports <= FEW_PORTS_MAX)) {
        throw new RangeError(
          `few-ports: ports is a whole number from 1 to ${FEW_PORTS_MAX}, not ${fault.ports}`,
        );
      }
      return limitPorts(fault.ports);
    case 'moved':
      return move();
    case 'abort':
      return abort();
  }
}

function directionsOf(direction: Direction | 'both'): Direction[] {
  return direction === 'both' ? ['to-server', 'to-client'] : [direction];
}

/** By rules about where packets come from: what the network forwards and a rule then swallows, no side can tell from loss. */
function drop(directions: readonly Direction[], families: readonly (4 | 6)[]): NetworkChange {
  const rules = directions.flatMap((direction) => {
    const link = linkTo(direction === 'to-server' ? 'client' : 'server');
    return families.map((family) => ({ direction, family, rule: `iif ${link} blackhole` }));
  });
  return {
    place: 'network',
    subjects: rules.map(({ direction, family }) => `IPv${family} ${direction}`),
    begin: lines(rules.map(({ family, rule }) => `ip -${family} rule add ${rule}`)),
    end: lines(rules.map(({ family, rule }) => `ip -${family} rule del ${rule}`)),
  };
}

/** By a queue with a filter that throws dice: what loses waits in a class that has room for nothing. */
function lose(directions: readonly Direction[], share: number): NetworkChange {
  const links = directions.map((direction) => linkTo(direction === 'to-server' ? 'server' : 'client'));
  return {
    place: 'network',
    subjects: directions.map((direction) => `loss ${direction}`),
    begin: lines(
      links.flatMap((link) => [
        `tc qdisc add dev ${link} root handle 1: htb`,
        `tc class add dev ${link} parent 1: classid 1:1 htb rate 1gbit`,
        `tc qdisc add dev ${link} parent 1:1 pfifo limit 0`,
        `tc filter add dev ${link} parent 1: protocol ip prio 1 bpf bytecode '${dice(23, share)}'`,
        `tc filter add dev ${link} parent 1: protocol ipv6 prio 2 bpf bytecode '${dice(20, share)}'`,
      ]),
    ),
    end: lines(links.map((link) => `tc qdisc del dev ${link} root`)),
  };
}

/** Classic BPF: sends TCP to class 1:1 with a probability of `share`. `typeAt` is where the frame says that it is TCP. */
function dice(typeAt: number, share: number): string {
  const limit = Math.min(Math.round(share * 2 ** 32), 2 ** 32 - 1);
  const program = [
    `48 0 0 ${typeAt}`, // load a byte of the frame
    '21 0 3 6', // go on if it is TCP's number, else to the last line
    '32 0 0 4294963256', // load 32 random bits
    `53 1 0 ${limit}`, // go on if that is below the limit, else to the last line
    '6 0 0 65537', // class 1:1
    '6 0 0 0', // no class: on its way
  ];
  return [program.length, ...program].join(',');
}

/** Both of the server's stations are in these ranges of two addresses. */
function unreachable(): NetworkChange {
  const routes = [
    { family: '-4', range: `${addressOf('server')}/31` },
    { family: '-6', range: `${address6Of('server')}/127` },
  ];
  return {
    place: 'network',
    subjects: ['the way to the server'],
    begin: lines(routes.map(({ family, range }) => `ip ${family} route add unreachable ${range}`)),
    end: lines(routes.map(({ family, range }) => `ip ${family} route del unreachable ${range}`)),
  };
}

function unplug(side: Side): NetworkChange {
  return {
    place: side,
    subjects: [`the link of the ${side}`],
    begin: `ip link set ${LINK} down`,
    // Routes go with the link, and some addresses.
    end: settleSide(side),
  };
}

function move(): NetworkChange {
  return {
    place: 'server',
    subjects: ['the link of the server'],
    begin: settleSide('server', ELSEWHERE),
    end: settleSide('server'),
  };
}

function limitPorts(ports: number): NetworkChange {
  return {
    place: 'client',
    subjects: ['local ports'],
    begin: `echo ${FEW_PORTS_FROM} ${FEW_PORTS_FROM + ports - 1} >${PORT_RANGE}`,
    end: `echo ${USUAL_PORTS} >${PORT_RANGE}`,
  };
}

function abort(): NetworkChange {
  return {
    place: 'client',
    subjects: [],
    begin: 'ss --kill --tcp --numeric --no-header state established',
    end: undefined,
  };
}

function lines(commands: readonly string[]): string {
  return commands.join('\n');
}
