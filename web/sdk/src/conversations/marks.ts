import type { Connection } from '../connection/connection';

const GATHER_MS = 200;

type MarkType = 'mark.delivered' | 'mark.read';

/** Tells up to where one has received, or read: the newest position only, one command at a time. It never goes back. */
export class Marks {
  readonly #connection: Connection;
  readonly #conversation: string;
  readonly #type: MarkType;
  #wanted: number;
  #told: number;
  #isTelling = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection, conversation: string, type: MarkType, told: number) {
    this.#connection = connection;
    this.#conversation = conversation;
    this.#type = type;
    this.#wanted = this.#told = told;
  }

  set(seq: number): void {
    if (seq <= this.#wanted) return;
    this.#wanted = seq;
    this.#timer ??= setTimeout(() => void this.#tell(), GATHER_MS);
  }

  /** It was set elsewhere, as on another device. */
  handleTold(seq: number): void {
    this.#told = Math.max(this.#told, seq);
    this.#wanted = Math.max(this.#wanted, seq);
  }

  /** Tries again what did not get through before. */
  handleWelcome(): void {
    if (this.#wanted > this.#told) this.#timer ??= setTimeout(() => void this.#tell(), GATHER_MS);
  }

  /** Tells at once what waits. It may be told a second time, which does no harm. */
  flush(): void {
    if (this.#wanted > this.#told) void this.#send(this.#wanted).catch(() => undefined);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  async #tell(): Promise<void> {
    this.#timer = undefined;
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      while (this.#wanted > this.#told) {
        const seq = this.#wanted;
        await this.#send(seq);
      }
    } catch {
      // Told with the next position, or after the next welcome.
    } finally {
      this.#isTelling = false;
    }
  }

  async #send(seq: number): Promise<void> {
    await this.#connection.send({ type: this.#type, conversation: this.#conversation, seq });
    this.handleTold(seq);
  }
}
