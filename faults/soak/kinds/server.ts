import type { FaultKind, Hold } from '../fault-kind.ts';
import { AT_ONCE } from '../fault-kind.ts';
import { PASSWORD } from '../stage.ts';

const AWAY: Hold = [100, 1_500];
const SILENT: Hold = [100, 2_500];
const REFUSING: Hold = [200, 2_000];

/** What servers do, and what is done to them. */
export const server: readonly FaultKind[] = [
  {
    name: 'killed and restarted',
    where: 'server',
    holdMs: AWAY,
    async begin({ server: one }) {
      await one.kill();
      return () => one.restart();
    },
  },
  {
    name: 'stopped (SIGSTOP)',
    where: 'server',
    holdMs: SILENT,
    begin({ server: one }) {
      one.pause();
      return () => one.resume();
    },
  },
  {
    name: 'answers held (CLIENT PAUSE)',
    where: 'server',
    holdMs: SILENT,
    async begin({ system, server: one }, _, holdMs) {
      await system.holdAnswers(one, holdMs);
      return undefined;
    },
  },
  {
    name: 'one session ended',
    where: 'server',
    holdMs: AT_ONCE,
    async begin({ system, server: one }) {
      await system.endSessions(one, 'oldest');
      return undefined;
    },
  },
  {
    name: 'all sessions ended',
    where: 'server',
    holdMs: AT_ONCE,
    async begin({ system, server: one }) {
      await system.endSessions(one, 'all');
      return undefined;
    },
  },
  {
    name: 'read-only',
    where: 'server',
    holdMs: REFUSING,
    async begin({ system, server: one }) {
      await system.setReadOnly(one, true);
      return () => system.setReadOnly(one, false);
    },
  },
  {
    name: 'password changed',
    where: 'server',
    holdMs: REFUSING,
    async begin({ system, server: one }) {
      await system.changePassword(one, `not ${PASSWORD}`);
      await system.endSessions(one, 'all');
      return () => system.changePassword(one, PASSWORD);
    },
  },
  {
    name: 'no room for clients',
    where: 'server',
    holdMs: REFUSING,
    begin: ({ system, server: one }) => system.shutOut(one),
  },
  {
    name: 'loading',
    where: 'server',
    holdMs: AWAY,
    async begin({ system, server: one }, _, holdMs) {
      const loaded = system.load(one, holdMs);
      await system.endSessions(one, 'all');
      return () => loaded;
    },
  },
];
