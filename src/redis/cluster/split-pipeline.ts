import { HawserError, type Clock } from '../../core/index.ts';
import type { AdmittedCommand } from '../admitted-commands.ts';
import { PipelineBatch } from '../batch.ts';
import { mayRepeat, type CallOptions } from '../call-options.ts';
import { RedisReplyError } from '../errors.ts';
import type { RedisReply } from '../reply.ts';
import type { RedisRequest } from '../request.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import { reactionTo } from './reaction.ts';
import { prepared, type RoutedCall, type Router } from './router.ts';

/** What a command of a pipeline was answered: a reply, or the error in its place. */
type Answer = RedisReply | HawserError;

/** A command of a pipeline, and where it stands. */
interface Placed {
  readonly index: number;
  readonly command: AdmittedCommand;
  readonly slot: number | undefined;
}

/** A command that a node has not taken. */
interface Strayed extends Placed {
  readonly node: ClusterNode;
  readonly error: HawserError;
}

/** What {@link SplitPipeline} needs. */
export interface SplitGround {
  readonly clock: Clock;
  readonly nodes: ClusterNodes;
  readonly router: Router;
  readonly slotOf: (command: AdmittedCommand) => number | undefined;
  readonly requestOf: (
    commands: readonly AdmittedCommand[],
    batch: PipelineBatch,
    options: CallOptions | undefined,
  ) => RedisRequest;
}

/**
 * A pipeline over several nodes: each is sent its part in one piece, all at the same time, and the answers are put where they belong.
 * What a node has not taken is asked again where it belongs, the commands of one slot one after the other as they stood.
 */
export class SplitPipeline {
  readonly #ground: SplitGround;
  readonly #options: CallOptions | undefined;
  readonly #startedAt: number;
  readonly #answers: Answer[];

  constructor(ground: SplitGround, options: CallOptions | undefined) {
    this.#ground = ground;
    this.#options = options;
    this.#startedAt = ground.clock.now();
    this.#answers = [];
  }

  /** Throws what is wrong with the options. Resolves to an answer for each of the commands. */
  run(commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const { slotOf } = this.#ground;
    const placed = commands.map((command, index): Placed => ({ index, command, slot: slotOf(command) }));
    const parts = this.#partsOf(placed);
    // Made before the first is sent, so that what is wrong with one is wrong with all.
    const requests = [...parts].map(([node, part]) => ({ node, part, ...this.#requestOf(part) }));
    return this.#send(requests);
  }

  async #send(
    requests: readonly {
      readonly node: ClusterNode | undefined;
      readonly part: readonly Placed[];
      readonly request: RedisRequest;
      readonly batch: PipelineBatch;
    }[],
  ): Promise<Answer[]> {
    await Promise.all(
      requests.map(async ({ node, part, request, batch }) => {
        if (node === undefined) {
          return this.#slotBySlot(part, (each) =>
            this.#ground.router.begin(this.#callOf(each), this.#startedAt),
          );
        }
        const answers = await askAll(node, request, batch, this.#options);
        return this.#place(node, part, answers);
      }),
    );
    const answers = this.#answers;
    if (answers.every(isNotSent)) throw answers[0] as HawserError;
    return answers;
  }

  /** By node; what belongs to none where nothing is known of the cluster yet. */
  #partsOf(placed: readonly Placed[]): Map<ClusterNode | undefined, Placed[]> {
    const { nodes } = this.#ground;
    const parts = new Map<ClusterNode | undefined, Placed[]>();
    const anywhere: Placed[] = [];
    for (const each of placed) {
      if (each.slot === undefined) {
        anywhere.push(each);
        continue;
      }
      const node = nodes.nodeFor(each.slot, each.command.info.readOnly);
      const part = parts.get(node);
      if (part === undefined) parts.set(node, [each]);
      else part.push(each);
    }
    if (anywhere.length > 0) {
      // With others for a primary, if there are any, as it need not be a part of its own.
      const node =
        [...parts.keys()].find((each) => each?.role === 'primary') ?? nodes.nodeFor(undefined, false);
      parts.set(
        node,
        [...(parts.get(node) ?? []), ...anywhere].sort((one, other) => one.index - other.index),
      );
    }
    return parts;
  }

  #requestOf(part: readonly Placed[]): { readonly request: RedisRequest; readonly batch: PipelineBatch } {
    const batch = new PipelineBatch();
    const commands = part.map(({ command }) => command);
    return { batch, request: this.#ground.requestOf(commands, batch, this.#options) };
  }

  #place(node: ClusterNode, part: readonly Placed[], answers: readonly Answer[]): Promise<void> | undefined {
    let strayed: Strayed[] | undefined;
    for (let at = 0; at < part.length; at += 1) {
      const answer = answers[at]!;
      this.#answers[part[at]!.index] = answer;
      const mayRunTwice = this.#mayRunTwice(part[at]!.command);
      if (answer instanceof Error && reactionTo(answer, mayRunTwice).type !== 'fail') {
        (strayed ??= []).push({ ...part[at]!, node, error: answer });
      }
    }
    return strayed && this.#again(strayed);
  }

  /** Asks once more what was not taken. */
  #again(strayed: readonly Strayed[]): Promise<void> {
    const { router } = this.#ground;
    return this.#slotBySlot(strayed, (each) =>
      router.resume(this.#callOf(each), this.#startedAt, each.node, each.error),
    );
  }

  /** One at a time of each slot, so that what is about the same key keeps its order. */
  async #slotBySlot<P extends Placed>(
    commands: readonly P[],
    ask: (each: P) => Promise<RedisReply>,
  ): Promise<void> {
    const bySlot = new Map<number | undefined, P[]>();
    for (const each of commands) {
      const others = bySlot.get(each.slot);
      if (others === undefined) bySlot.set(each.slot, [each]);
      else others.push(each);
    }
    const inTurn = async (group: readonly P[]): Promise<void> => {
      for (const each of group) {
        this.#answers[each.index] = await ask(each).catch((error: unknown) => error as HawserError);
      }
    };
    await Promise.all([...bySlot.values()].map(inTurn));
  }

  #mayRunTwice({ info }: AdmittedCommand): boolean {
    return mayRepeat(info.readOnly, this.#options);
  }

  #callOf({ command, slot }: Placed): RoutedCall {
    const { info } = command;
    return {
      command: info.name,
      slot,
      readsOnly: info.readOnly,
      repeatable: this.#mayRunTwice(command),
      options: this.#options,
      send: async (node, options, sending) => {
        const batch = new PipelineBatch();
        const request = prepared(this.#ground.requestOf([command], batch, options), sending);
        const [answer] = await askAll(node, request, batch, options);
        if (answer instanceof Error) throw answer;
        return answer!;
      },
    };
  }
}

/** What each command was answered; in the place of one that was not, the failure. */
async function askAll(
  node: ClusterNode,
  request: RedisRequest,
  batch: PipelineBatch,
  options: CallOptions | undefined,
): Promise<Answer[]> {
  try {
    return (await node.ask(request, options)) as RedisReply[];
  } catch (error) {
    return batch.failed(error as HawserError);
  }
}

function isNotSent(answer: Answer): boolean {
  return (
    answer instanceof HawserError && !(answer instanceof RedisReplyError) && answer.outcome === 'not-sent'
  );
}
