import type { PeerScript } from 'hawser/testing';
import {
  postgresSimple,
  query,
  type PostgresOptions,
  type PostgresPush,
  type PostgresReply,
  type PostgresRequest,
} from './postgres-simple.ts';
import { endings, Stage, type StageOptions } from './stage.ts';

export type PostgresStage = Stage<PostgresRequest, PostgresReply, PostgresPush>;

const OPTIONS: PostgresOptions = { user: 'ann', password: 'secret', tls: 'never' };

/** A session for the user ann on a stage of its own. */
export function stageOf(
  scripts: readonly PeerScript[],
  options: Partial<PostgresOptions> = {},
  stage?: StageOptions,
): PostgresStage {
  return new Stage(postgresSimple({ ...OPTIONS, ...options }), scripts, stage);
}

/** As {@link stageOf}, once the connection is ready. */
export async function staged(scripts: readonly PeerScript[], stage?: StageOptions): Promise<PostgresStage> {
  const made = stageOf(scripts, {}, stage);
  await made.ready();
  return made;
}

/** The first value of the first result. */
export function valueOf(reply: PostgresReply): string | null | undefined {
  return reply.kind === 'done' ? reply.results[0]?.rows[0]?.[0] : undefined;
}

/** How queries that are asked together end: the first value, or `outcome code`. */
export async function ask(stage: PostgresStage, ...queries: readonly string[]): Promise<unknown[]> {
  const calls = queries.map((sql) => stage.pipeline.submit(query(sql)).then(valueOf));
  return stage.clock.waitFor(endings(calls));
}
