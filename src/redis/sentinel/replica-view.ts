import type { Endpoint } from '../../core/index.ts';

/**
 * What the Sentinel thinks of a replica: it follows the primary (`linked`); it is up, and has lost the primary, or is only about
 * to copy it, so that what it answers may be old (`unlinked`); the Sentinel has lost it at this moment (`disconnected`), or for
 * so long that it calls it `down`.
 */
export type ReplicaState = 'linked' | 'unlinked' | 'disconnected' | 'down';

/** What a Sentinel says of a replica. */
export interface ReplicaView {
  readonly endpoint: Endpoint;
  readonly state: ReplicaState;
  /** In the Sentinel's own words. */
  readonly words: string;
}

/** By what SENTINEL REPLICAS tells of one. */
export function replicaViewOf(endpoint: Endpoint, fields: ReadonlyMap<string, string>): ReplicaView {
  const words = fields.get('flags') ?? '';
  return { endpoint, state: stateOf(words.split(','), fields.get('master-link-status')), words };
}

function stateOf(flags: readonly string[], link: string | undefined): ReplicaState {
  if (flags.includes('s_down') || flags.includes('o_down')) return 'down';
  if (flags.includes('disconnected')) return 'disconnected';
  return link === 'ok' ? 'linked' : 'unlinked';
}
