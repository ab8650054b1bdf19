import type { Subscribers } from '../company/subscribers.ts';
import type { EarlyStage, Row, Stage } from '../row.ts';
import type { Subject } from '../subject.ts';
import { noneFailed } from './strike.ts';

/** In the order in which the client opens them: for its calls, and for its subscriptions where they have one. */
const CONNECTION = { ofCalls: 1, ofSubscriptions: 2 } as const;

/** What a server is told to keep for a subscriber at most, and a message that is larger. */
const LIMIT_BYTES = 200_000;
const LARGE_BYTES = 400_000;

function subscribersOf({ company }: EarlyStage & Partial<Stage>): Subscribers {
  if (company?.kind === 'subscribers') return company;
  throw new Error('Nobody subscribes here.');
}

function connectionOfTheirOwn({ socketsMax }: Subject): string | undefined {
  return socketsMax > 1 ? undefined : 'its subscriptions are on the connection of its calls';
}

/** What happens to subscriptions alone, and what does not happen to them. */
export const ofSubscribers: readonly Row[] = [
  {
    name: 'subscribers hung up on',
    fault: 'kill one session',
    injected: 'the server hangs up on all who subscribe (CLIENT KILL, of flag P)',
    concerns: 'subscribers',
    connection: 'given up',
    inject: async ({ system, server }) => {
      await system.beside.endSubscriptions(server);
      return {};
    },
  },
  {
    name: 'too much for a subscriber',
    fault: 'output buffer limit',
    injected: 'a message is larger than what the server keeps for a subscriber (client-output-buffer-limit)',
    concerns: 'subscribers',
    connection: 'given up',
    inject: async (stage) => {
      await stage.system.beside.limitSubscriptions(stage.server, LIMIT_BYTES);
      await subscribersOf(stage).publishLarge(LARGE_BYTES);
      return {};
    },
  },
  {
    name: 'half-open, calls alone',
    fault: 'half-open: blackhole both ways',
    injected:
      'proxy: nothing passes any more on the connection of the calls; that of the subscriptions is well',
    besides: 'no subscriber is told of a gap',
    concerns: 'subscribers',
    connection: 'given up',
    obstacle: connectionOfTheirOwn,
    inject: ({ proxy }) => {
      proxy.add({ kind: 'blackhole', direction: 'both' }, { connection: CONNECTION.ofCalls });
      return {};
    },
    expect: (stage) => {
      const { gaps } = subscribersOf(stage);
      return gaps > 0 ? [`${gaps} gaps were told of, and none was there`] : [];
    },
  },
  {
    name: 'half-open, subscriptions alone',
    fault: 'half-open: blackhole both ways',
    injected:
      'proxy: nothing passes any more on the connection of the subscriptions; that of the calls is well',
    besides: 'no caller notices',
    concerns: 'subscribers',
    connection: 'given up',
    obstacle: connectionOfTheirOwn,
    inject: ({ proxy }) => {
      proxy.add({ kind: 'blackhole', direction: 'both' }, { connection: CONNECTION.ofSubscriptions });
      return {};
    },
    expect: noneFailed,
  },
];
