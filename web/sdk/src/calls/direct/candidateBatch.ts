const GATHER_MS = 50;
/** Most candidates that one command may hold. */
const MAX_BATCH = 64;

/** Gathers candidates for a moment, so that not each of them is a command of its own. */
export class CandidateBatch {
  readonly #send: (candidates: readonly string[]) => void;
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (candidates: readonly string[]) => void) {
    this.#send = send;
  }

  /** Null says that there are no more. */
  add(candidate: RTCIceCandidate | null): void {
    this.#waiting.push(candidate === null || candidate.candidate === '' ? '' : JSON.stringify(candidate));
    if (this.#waiting.length >= MAX_BATCH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const candidates = this.#waiting;
    this.#waiting = [];
    if (candidates.length > 0) this.#send(candidates);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }
}
