const PATIENCE_MS = 700;

/**
 * Seats that this tab holds, until it gives them up or its page goes away.
 *
 * A duplicated tab gets a copy of sessionStorage, and the server lets one connection per identity live: without a
 * claim the two tabs would throw each other out. The short wait covers a reload, whose old page lets go late.
 */
export class SeatClaims {
  readonly #locks: LockManager | undefined;
  /** With what gives them up. */
  readonly #held = new Map<string, () => void>();

  constructor(locks: LockManager | undefined) {
    this.#locks = locks;
  }

  /** True when this tab may sit there; false when another tab does. */
  async claim(room: string, identity: string): Promise<boolean> {
    const seat = nameOf(room, identity);
    // Insecure pages have no locks: nothing is lost there but the guard.
    if (this.#locks === undefined || this.#held.has(seat)) return true;
    return this.#hold(this.#locks, seat, { signal: AbortSignal.timeout(PATIENCE_MS) });
  }

  /** For whoever is the same person in every tab: the tab that sits there loses the seat to this one. */
  async take(room: string, identity: string): Promise<void> {
    const seat = nameOf(room, identity);
    if (this.#locks !== undefined && !this.#held.has(seat)) await this.#hold(this.#locks, seat, { steal: true });
  }

  release(room: string, identity: string): void {
    const seat = nameOf(room, identity);
    const letGo = this.#held.get(seat);
    this.#held.delete(seat);
    letGo?.();
  }

  /** Whether another tab of this browser sits there. */
  async isElsewhere(room: string, identity: string): Promise<boolean> {
    const seat = nameOf(room, identity);
    if (this.#locks === undefined || this.#held.has(seat)) return false;
    const { held = [] } = await this.#locks.query();
    return held.some(({ name }) => name === seat);
  }

  #hold(locks: LockManager, seat: string, options: LockOptions): Promise<boolean> {
    return new Promise((resolve) => {
      let letGo: (() => void) | undefined;
      const held = locks.request(seat, options, () => {
        const untilReleased = new Promise<void>((release) => (letGo = release));
        if (letGo !== undefined) this.#held.set(seat, letGo);
        resolve(true);
        return untilReleased;
      });
      held.catch(() => {
        // Taken over by another tab, if it was ours.
        if (letGo !== undefined && this.#held.get(seat) === letGo) this.#held.delete(seat);
        resolve(false);
      });
    });
  }
}

function nameOf(room: string, identity: string): string {
  return `tureen.seat.${JSON.stringify([room, identity])}`;
}
