import type { Clock, HawserError, Random } from '../../core/index.ts';
import type { CallOptions } from '../call-options.ts';
import { READ_ONLY } from '../command-table.ts';
import type { OwnRequest } from '../own-request.ts';
import type { RedisReply } from '../reply.ts';
import type { RedisRequest } from '../request.ts';
import { askingRequest, withAsking } from './asking.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import { Journey } from './journey.ts';
import type { AddressTranslation } from './node-address.ts';
import type { Pauses } from './pauses.ts';

/** How a call is sent to one node. */
export interface Sending {
  /** The node has the slot only for those who say that they were sent to it. */
  readonly asking: boolean;
  /** It may have run already: it is not to be repeated any more. */
  readonly isRepeat: boolean;
}

/** A call to the cluster: what it is about, and how a node is asked. */
export interface RoutedCall {
  readonly command: string;
  /** `undefined`: any node will do. */
  readonly slot: number | undefined;
  /** It may be asked of a replica, where those are read from. */
  readonly readsOnly: boolean;
  /** It may run twice. */
  readonly repeatable: boolean;
  readonly options: CallOptions | undefined;
  /** May throw as well as reject. */
  readonly send: (
    node: ClusterNode,
    options: CallOptions | undefined,
    sending: Sending,
  ) => Promise<RedisReply>;
}

/** What was answered instead of a reply, by how often. */
export interface RedirectionCounts {
  readonly moved: number;
  readonly ask: number;
  readonly tryAgain: number;
  readonly clusterDown: number;
  /** Other answers after which a call was asked again: LOADING, MASTERDOWN, UNBLOCKED. */
  readonly notServing: number;
  /** Calls that were given to another node, since the first was left before they were sent. */
  readonly elsewhere: number;
}

/** What the way of a call needs to know. */
export interface RouterGround {
  readonly clock: Clock;
  readonly random: Random;
  readonly nodes: ClusterNodes;
  readonly pauses: Pauses;
  readonly timeoutMs: number;
  readonly whenDownWaitMs: number;
  readonly nodeAddress: AddressTranslation;
  /** Has the cluster asked for its nodes. */
  readonly refresh: (hint?: ClusterNode) => void;
  /** Who is to be asked, when anything is known of the cluster. Rejects as calls do that cannot be made. */
  readonly known: (
    call: Pick<RoutedCall, 'command' | 'slot' | 'readsOnly'>,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ) => Promise<ClusterNode>;
  /** Why no call can be made, when the client is closed. */
  readonly closed: (command: string) => HawserError | undefined;
}

const FIRST_SENDING: Sending = { asking: false, isRepeat: false };

/** Brings calls to the nodes that have their slots, also when those have changed. */
export class Router {
  readonly #ground: RouterGround;
  readonly #counts = { moved: 0, ask: 0, tryAgain: 0, clusterDown: 0, notServing: 0, elsewhere: 0 };

  constructor(ground: RouterGround) {
    this.#ground = ground;
  }

  get counts(): RedirectionCounts {
    return { ...this.#counts };
  }

  /** Asks one request on the connections that calls share. As `send`, for the calls that are most. */
  ask(
    request: RedisRequest,
    options: CallOptions | undefined,
    slot: number | undefined,
  ): Promise<RedisReply> {
    const { nodes, clock } = this.#ground;
    const node = nodes.nodeFor(slot, nodes.readsAnywhere && READ_ONLY.has(request.command));
    if (node === undefined) return this.send(callOf(request, options, slot));
    const startedAt = clock.now();
    try {
      return node
        .ask(request, options)
        .catch((error: unknown) => this.resume(callOf(request, options, slot), startedAt, node, error));
    } catch (error) {
      return this.resume(callOf(request, options, slot), startedAt, node, error);
    }
  }

  /** As {@link Router.ask}, and never of a replica, whose answer may be old. */
  askPrimary(
    request: RedisRequest,
    options: CallOptions | undefined,
    slot: number | undefined,
  ): Promise<RedisReply> {
    return this.send({ ...callOf(request, options, slot), readsOnly: false });
  }

  /** Asks what the server holds, on a connection of the call's own to the node. */
  hold(request: OwnRequest, options: CallOptions | undefined, slot: number | undefined): Promise<RedisReply> {
    return this.send({
      ...callOf(request, options, slot),
      readsOnly: false,
      send: (node, left, { asking }) => node.hold(request, left, asking ? askingRequest() : undefined),
    });
  }

  /** Asks. Never throws; rejects as a call does. */
  send(call: RoutedCall): Promise<RedisReply> {
    const { nodes, clock } = this.#ground;
    const node = nodes.nodeFor(call.slot, call.readsOnly);
    const startedAt = clock.now();
    if (node === undefined) return this.#journey(call, startedAt).begin();
    try {
      return call
        .send(node, call.options, FIRST_SENDING)
        .catch((error: unknown) => this.#journey(call, startedAt).continue(node, error));
    } catch (error) {
      return this.#journey(call, startedAt).continue(node, error);
    }
  }

  /** As {@link Router.send}, of a call that was made at `startedAt`. */
  begin(call: RoutedCall, startedAt: number): Promise<RedisReply> {
    return this.#journey(call, startedAt).begin();
  }

  /** Goes on with a call that was made at `startedAt`, and was answered by a node with an error. */
  resume(call: RoutedCall, startedAt: number, node: ClusterNode, error: unknown): Promise<RedisReply> {
    return this.#journey(call, startedAt).continue(node, error);
  }

  #journey(call: RoutedCall, startedAt: number): Journey {
    return new Journey(this.#ground, this.#counts, call, startedAt);
  }
}

/** A request as it is for a node: for one that is being given the slot, and for one that must not repeat it. */
export function prepared(request: RedisRequest, { asking, isRepeat }: Sending): RedisRequest {
  const once = isRepeat ? request.copy(false) : request;
  return asking ? withAsking(once) : once;
}

function callOf(
  request: RedisRequest,
  options: CallOptions | undefined,
  slot: number | undefined,
): RoutedCall {
  const { command, repeatable } = request;
  return {
    command,
    slot,
    readsOnly: READ_ONLY.has(command),
    repeatable,
    options,
    send: (node, left, sending) => node.ask(prepared(request, sending), left),
  };
}
