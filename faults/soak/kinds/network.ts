import type { LastingFault, ProxyDirection, SeededRandom } from 'hawser/testing';
import { AT_ONCE, type FaultKind, type Hold, type SoakStage } from '../fault-kind.ts';

type Draw = (random: SeededRandom) => LastingFault;

const DIRECTIONS: readonly ProxyDirection[] = ['to-server', 'to-client'];
const SLOW: Hold = [300, 2_000];
/** From less than it takes to notice silence to more than that. */
const SILENT: Hold = [100, 2_500];
/** Long enough to be noticed. */
const DEAD: Hold = [900, 2_000];
const AWAY: Hold = [100, 1_500];

/** Holds for all connections until it is ended. */
function hold(draw: Draw): FaultKind['begin'] {
  return ({ proxy }, random) => proxy.add(draw(random));
}

/** Strikes the connections that are there, for good; new ones find their way. */
function strike(draw: Draw): FaultKind['begin'] {
  return ({ proxy }, random) => {
    for (const { number, state } of proxy.connections) {
      if (state !== 'over') proxy.add(draw(random), { connection: number });
    }
    return undefined;
  };
}

/** Tears all connections, and has something hold from then on. */
function afterLoss(draw: Draw): FaultKind['begin'] {
  return ({ proxy }, random) => {
    const remove = proxy.add(draw(random));
    proxy.add({ kind: 'reset' });
    return remove;
  };
}

/** Ends all connections, or one of them. */
function end(kind: 'reset' | 'end', which: 'all' | 'one'): FaultKind['begin'] {
  return (stage, random) => {
    const connection = which === 'one' ? someConnection(stage, random) : undefined;
    stage.proxy.add({ kind }, connection === undefined ? {} : { connection });
    return undefined;
  };
}

function someConnection({ proxy }: SoakStage, random: SeededRandom): number | undefined {
  const open = proxy.connections.filter(({ state }) => state === 'open');
  return open.length === 0 ? undefined : random.pick(open).number;
}

const blackhole =
  (direction: 'both' | ProxyDirection): Draw =>
  () => ({ kind: 'blackhole', direction });

/** What networks do. */
export const network: readonly FaultKind[] = [
  {
    name: 'latency',
    where: 'network',
    holdMs: SLOW,
    begin: hold((random) => ({
      kind: 'latency',
      direction: random.pick(['both', ...DIRECTIONS]),
      ms: random.integer(1, 120),
      jitterMs: random.integer(0, 80),
    })),
  },
  {
    name: 'narrow band',
    where: 'network',
    holdMs: SLOW,
    begin: hold((random) => ({
      kind: 'bandwidth',
      direction: random.pick(['both', ...DIRECTIONS]),
      bytesPerSecond: random.integer(20_000, 500_000),
    })),
  },
  {
    name: 'small pieces',
    where: 'network',
    holdMs: SLOW,
    begin: hold((random) => ({ kind: 'slice', direction: 'both', maxBytes: random.pick([1, 2, 7, 64]) })),
  },
  { name: 'blackhole, healed', where: 'network', holdMs: SILENT, begin: hold(blackhole('both')) },
  { name: 'requests held up, healed', where: 'network', holdMs: SILENT, begin: hold(blackhole('to-server')) },
  { name: 'replies held up, healed', where: 'network', holdMs: SILENT, begin: hold(blackhole('to-client')) },
  { name: 'half-open', where: 'network', holdMs: DEAD, begin: strike(blackhole('both')) },
  { name: 'half-open, requests lost', where: 'network', holdMs: DEAD, begin: strike(blackhole('to-server')) },
  { name: 'half-open, replies lost', where: 'network', holdMs: DEAD, begin: strike(blackhole('to-client')) },
  {
    name: 'nothing is read',
    where: 'network',
    holdMs: DEAD,
    begin: strike(() => ({ kind: 'pause', direction: 'to-server' })),
  },
  { name: 'refused', where: 'network', holdMs: AWAY, begin: afterLoss(() => ({ kind: 'refuse' })) },
  {
    name: 'accepted, then silence',
    where: 'network',
    holdMs: AWAY,
    begin: afterLoss(() => ({ kind: 'accept-then-silence' })),
  },
  {
    name: 'cut in the handshake',
    where: 'network',
    holdMs: AWAY,
    begin: afterLoss((random) => ({
      kind: 'cut',
      direction: random.pick(DIRECTIONS),
      afterBytes: random.integer(0, 150),
      ending: random.pick(['reset', 'end']),
    })),
  },
  {
    name: 'cut at a random byte',
    where: 'network',
    holdMs: AT_ONCE,
    begin: strike((random) => ({
      kind: 'cut',
      direction: random.pick(DIRECTIONS),
      afterBytes: random.integer(0, random.pick([50, 5_000])),
      ending: random.pick(['reset', 'end']),
    })),
  },
  { name: 'reset, all', where: 'network', holdMs: AT_ONCE, begin: end('reset', 'all') },
  { name: 'reset, one', where: 'network', holdMs: AT_ONCE, begin: end('reset', 'one') },
  { name: 'end, all', where: 'network', holdMs: AT_ONCE, begin: end('end', 'all') },
  { name: 'end, one', where: 'network', holdMs: AT_ONCE, begin: end('end', 'one') },
  {
    name: 'half-close',
    where: 'network',
    holdMs: AT_ONCE,
    begin({ proxy }, random) {
      proxy.add({ kind: 'half-close', direction: random.pick(DIRECTIONS) });
      return undefined;
    },
  },
  {
    name: 'garbage between replies',
    where: 'network',
    holdMs: AT_ONCE,
    begin({ impostor, system }, random) {
      impostor.interrupt(system.nonsense[random.pick(['another protocol', 'endless size'] as const)]);
      return undefined;
    },
  },
  {
    name: 'another protocol answers',
    where: 'network',
    holdMs: AWAY,
    begin({ impostor, proxy, system }) {
      const back = impostor.answer(system.nonsense['another protocol']);
      proxy.add({ kind: 'reset' });
      return back;
    },
  },
];
