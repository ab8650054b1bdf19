// A process of the soak: one subject's client, and those who ask it. It may crash, and be blocked.
import { endWithParent } from '../parent.ts';
import { ClientLife } from './client-life.ts';
import { loadSubject } from './load-subject.ts';
import type { Answers, Assignment, Message, News, Order } from './orders.ts';
import type { SoakSubject } from './subject.ts';

const assignment = JSON.parse(process.argv[2] ?? '') as Assignment;

endWithParent();
// In a terminal, Ctrl-C is for this process too. It is ended by its parent, in order.
process.on('SIGINT', () => {});
try {
  const subject = await loadSubject(assignment.subject);
  listen(subject);
  const { name, library, how, system } = subject;
  tell({ kind: 'introduced', about: { name, library, how, server: await system.version() } });
} catch (error) {
  tell({ kind: 'not loaded', reason: messageOf(error) });
}

/** Does what it is told from now on. */
function listen(subject: SoakSubject): void {
  let life: ClientLife | undefined;
  const obey = async (order: Order): Promise<Answers[Order['kind']]> => {
    if (order.kind === 'open') {
      life = await ClientLife.open(subject, order.access, tell);
      return undefined;
    }
    if (life === undefined) throw new Error(`"${order.kind}" was ordered before "open".`);
    switch (order.kind) {
      case 'begin':
        return life.begin(order.round, order.seed);
      case 'rest':
        return life.rest();
      case 'check':
        return life.check(order.found);
      case 'close':
        return life.close();
    }
  };
  process.on('message', (message: Message) => {
    switch (message.kind) {
      case 'order':
        return void obey(message.order).then(
          (answer) => tell({ kind: 'answer', answer }),
          (error: unknown) => tell({ kind: 'failed', reason: messageOf(error) }),
        );
      case 'watch':
        return void life?.nextWrite().then(() => tell({ kind: 'written', watch: message.watch }));
      case 'block':
        return block(message.ms);
      case 'end':
        return process.exit();
    }
  });
}

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

function tell(news: News): void {
  process.send?.(news);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
