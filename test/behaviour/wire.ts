import { Duplex } from 'node:stream';

/** A socket of which a test says what arrives. */
export class Wire extends Duplex {
  readonly name: string;

  constructor(name: string = 'wire') {
    super({ highWaterMark: 1, autoDestroy: true });
    this.name = name;
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: unknown, callback: () => void): void {
    callback();
  }

  /** Listeners that are not Node's own. */
  get listening(): number {
    return ['data', 'end', 'error', 'close'].reduce((sum, event) => sum + this.listenerCount(event), 0);
  }
}
