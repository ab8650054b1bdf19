import type { StopReason } from './directives.ts';

/** How far a connection is from its end. Its state, while it is `running`, is the machine's. */
export type Phase =
  | { readonly name: 'running' }
  /** Nothing more is accepted; what was accepted is handled. */
  | { readonly name: 'closing' }
  /** `terminate` was called. */
  | { readonly name: 'terminating'; readonly reason: StopReason; readonly reply: (() => void) | undefined }
  | { readonly name: 'over'; readonly reason: StopReason };

/** Why it ends, once that is decided. */
export function reasonOf(phase: Phase): StopReason | undefined {
  return 'reason' in phase ? phase.reason : undefined;
}
