/** Events of which the message tells: the last ones. */
const EVENTS_SHOWN = 40;

/** What is to be known of a run that has failed. */
export interface SimulationFailure {
  readonly seed: number;
  /** What was wrong, a sentence each. */
  readonly broken: readonly string[];
  /** The last 1,000 lines of the log of events. */
  readonly log: readonly string[];
  /** How the test is run, for the line that replays the run. */
  readonly command: string | undefined;
  /** What the scenario has thrown, if it has. */
  readonly cause: unknown;
}

/** A run of a simulation has failed. The message says how to replay it, what was wrong and what happened last. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
  readonly seed: number;
  readonly broken: readonly string[];
  readonly log: readonly string[];
  /** The line that replays the run: `HAWSER_SEED=42 npx vitest run test/orders`. */
  readonly replay: string;

  constructor({ seed, broken, log, command, cause }: SimulationFailure) {
    const replay = `HAWSER_SEED=${seed}${command === undefined ? '' : ` ${command}`}`;
    const events = log.slice(-EVENTS_SHOWN);
    const lines = [
      `seed ${seed} has failed; to replay it: ${replay}`,
      ...broken.map((sentence) => `  ${sentence}`),
      `the last ${events.length} events:`,
      ...events.map((event) => `  ${event}`),
    ];
    super(lines.join('\n'), { cause });
    this.seed = seed;
    this.broken = broken;
    this.log = log;
    this.replay = replay;
  }
}
