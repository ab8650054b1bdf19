import { ForkedProcess } from '../forked-process.ts';
import { withinRunningMs } from '../limits.ts';
import type { About } from '../orders.ts';
import { END_LIMIT_MS, START_LIMIT_MS } from '../worker-process.ts';
import type { Answers, Assignment, Message, News, Order } from './orders.ts';

/** An order has limits of its own; a process that has not answered by then is blocked. */
const ANSWER_LIMIT_MS = 30_000;

/** The process has ended, hangs or could not do what it was told to. The message says which. */
export class ProcessFailure extends Error {
  override readonly name = 'ProcessFailure';
}

/** A process with one client in it and those who ask it. It ends when this one does, however that ends. */
export class WorkerProcess implements AsyncDisposable {
  /** Resolves when the subject is loaded. Rejects with a {@link ProcessFailure} when it cannot be. */
  static async start(assignment: Assignment): Promise<WorkerProcess> {
    const worker = new WorkerProcess(assignment);
    try {
      const news = await worker.#reply(START_LIMIT_MS, 'be loaded');
      if (news.kind !== 'introduced') throw new ProcessFailure(reasonIn(news));
      worker.#about = news.about;
      return worker;
    } catch (error) {
      await worker[Symbol.asyncDispose]();
      throw error;
    }
  }

  readonly #process: ForkedProcess<Message, News>;
  #about: About | undefined;
  #watches = 0;

  private constructor(assignment: Assignment) {
    this.#process = new ForkedProcess('soak/worker', assignment);
  }

  get about(): About {
    return this.#about!;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Calls back with all that it says. Returns what removes the listener. */
  onNews(listener: (news: News) => void): () => void {
    return this.#process.onSaid(listener);
  }

  /** Has something done, one thing at a time. Rejects with a {@link ProcessFailure}. */
  async order<Kind extends Order['kind']>(order: Extract<Order, { kind: Kind }>): Promise<Answers[Kind]> {
    const replied = this.#reply(ANSWER_LIMIT_MS, order.kind);
    this.#process.tell({ kind: 'order', order });
    const news = await replied;
    if (news.kind === 'answer') return news.answer as Answers[Kind];
    throw new ProcessFailure(reasonIn(news));
  }

  /**
   * Resolves when something was confirmed that was asked for later than now, to how long that took in milliseconds; to undefined
   * when nothing was within the limit. Rejects with a {@link ProcessFailure}.
   */
  async nextWrite(limitMs: number): Promise<number | undefined> {
    const beganAtMs = performance.now();
    const watch = (this.#watches += 1);
    let remove = (): void => {};
    const written = new Promise<void>((resolve) => {
      remove = this.onNews((news) => {
        if (news.kind === 'written' && news.watch === watch) resolve();
      });
    });
    this.#process.tell({ kind: 'watch', watch });
    try {
      const { isInTime } = await withinRunningMs(Promise.race([written, this.#failure()]), limitMs);
      return isInTime ? performance.now() - beganAtMs : undefined;
    } finally {
      remove();
    }
  }

  /** Has it do nothing for so long. */
  block(ms: number): void {
    this.#process.tell({ kind: 'block', ms });
  }

  /** Ends it. Resolves when it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.tell({ kind: 'end' });
    await this.#process.endWithin(END_LIMIT_MS);
  }

  /** The next thing that is an answer to something. */
  async #reply(limitMs: number, what: string): Promise<News> {
    let remove = (): void => {};
    const said = new Promise<News>((resolve) => {
      remove = this.onNews((news) => {
        if (news.kind !== 'connected' && news.kind !== 'written' && news.kind !== 'beat') resolve(news);
      });
    });
    try {
      const reply = await withinRunningMs(Promise.race([said, this.#failure()]), limitMs);
      if (reply.isInTime) return reply.value;
      throw new ProcessFailure(`it did not ${what} for ${limitMs / 1_000} s`);
    } finally {
      remove();
    }
  }

  /** Rejects when the process has ended. */
  async #failure(): Promise<never> {
    throw new ProcessFailure(`it ended the process: ${(await this.#process.ending).words}`);
  }
}

function reasonIn(news: News): string {
  return news.kind === 'failed' || news.kind === 'not loaded'
    ? news.reason
    : `it said "${news.kind}" out of turn`;
}
