/** After this much silence the server is asked whether it is there. */
export const QUIET_MS = 9_000;
/** So long it may take to answer: a dead connection is noticed in 15 s at most. */
export const ANSWER_MS = 5_000;

/** Notices when the other side of an open connection is gone: a socket alone may take minutes to tell. */
export class Liveness {
  readonly #ping: () => void;
  readonly #dead: () => void;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #answer: ReturnType<typeof setTimeout> | undefined;

  constructor(ping: () => void, dead: () => void) {
    this.#ping = ping;
    this.#dead = dead;
  }

  /** Something came from the server. */
  handleHeard(): void {
    this.stop();
    this.#quiet = setTimeout(() => this.probe(), QUIET_MS);
  }

  /** Asks at once, as when the device woke up or changed its network. */
  probe(): void {
    if (this.#answer !== undefined) return;
    clearTimeout(this.#quiet);
    this.#answer = setTimeout(this.#dead, ANSWER_MS);
    this.#ping();
  }

  stop(): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#answer);
    this.#answer = undefined;
  }
}
