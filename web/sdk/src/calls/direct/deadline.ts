/** Runs out unless it is stopped. While the server cannot be told, nothing could be done about it: then it starts anew. */
export class Deadline {
  readonly #canSignal: () => boolean;
  readonly #onOver: (reason: string) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(canSignal: () => boolean, onOver: (reason: string) => void) {
    this.#canSignal = canSignal;
    this.#onOver = onOver;
  }

  start(withinMs: number, reason: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#canSignal()) this.#onOver(reason);
      else this.start(withinMs, reason);
    }, withinMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
