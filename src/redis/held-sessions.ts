import type { Ask } from './aside.ts';
import { markIn, type SessionMark } from './dead-sessions.ts';

/** A session as its server has named it. */
export interface NamedSession {
  readonly number: number;
  /** `undefined` where the server does not tell; then it is taken to be the one server that there is. */
  readonly mark: SessionMark | undefined;
}

/**
 * What a server that is asked says of a session: it waits there in a blocking command, or it does not, or there is none; or the
 * server is another one than that of the session, and knows nothing of it.
 */
export type Sighting = 'held' | 'not held' | 'elsewhere';

/** Flag of a session in CLIENT LIST: it waits in a blocking command. */
const HELD = 'b';

/** Looks for sessions on the server that `ask` asks. Resolves to `undefined` where that does not know the question. */
export async function lookFor(
  sessions: readonly NamedSession[],
  ask: Ask,
): Promise<readonly Sighting[] | undefined> {
  const list = await ask(['CLIENT', 'LIST', 'ID', ...sessions.map(({ number }) => String(number))]);
  // What is no text comes from something that does not know the question.
  if (typeof list !== 'string') return undefined;
  const lines = new Map(list.split('\n').map((line) => [Number(/^id=(\d+) /.exec(line)?.[1]), line]));
  const found = sessions.map(({ number, mark }) => sightingIn(lines.get(number), mark));
  if (!found.includes(undefined)) return found as Sighting[];
  // Who answers where the session had its other end would know it; of another server nothing follows.
  const here = markIn(await ask(['CLIENT', 'INFO']))?.local;
  return found.map((sighting, index) => {
    return sighting ?? (sessions[index]?.mark?.local === here ? 'not held' : 'elsewhere');
  });
}

/**
 * Asks the server to let go of a session, if that is still `isWanted` when it is found there. Resolves to whether the server
 * held it; rejects where it cannot be asked.
 */
export async function letGo(session: NamedSession, isWanted: () => boolean, ask: Ask): Promise<boolean> {
  // Another server has given the same number to a stranger. On one server no number is given twice.
  if (session.mark !== undefined) {
    const [sighting] = (await lookFor([session], ask)) ?? [];
    if (sighting !== 'held' && sighting !== 'not held') throw new Error('its server cannot be asked');
    if (sighting === 'not held' || !isWanted()) return false;
  }
  return (await ask(['CLIENT', 'UNBLOCK', String(session.number), 'ERROR'])) === 1;
}

/** What a line of CLIENT LIST tells of a session; `undefined` where it is about none, or a stranger's. */
function sightingIn(line: string | undefined, mark: SessionMark | undefined): Sighting | undefined {
  const isHeld = line !== undefined && /\bflags=(\S+)/.exec(line)?.[1]?.includes(HELD) === true;
  const sighting = isHeld ? 'held' : 'not held';
  if (mark === undefined) return sighting;
  const seen = markIn(line);
  return seen?.peer === mark.peer && seen.local === mark.local ? sighting : undefined;
}
