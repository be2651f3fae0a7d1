const BASE_MS = 500;
const CAP_MS = 30_000;

/**
 * How long to wait before the next attempt: anything up to a bound that doubles (full jitter), so that many clients
 * which lost the same server do not come back at once. A wait that the server asked for is the least, and as much again
 * by chance is added.
 */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  get failures(): number {
    return this.#failures;
  }

  next(askedMs = 0): number {
    const bound = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    const own = this.#random() * bound;
    const asked = askedMs > 0 ? askedMs + this.#random() * askedMs : 0;
    return Math.round(Math.max(own, asked));
  }

  reset(): void {
    this.#failures = 0;
  }
}
