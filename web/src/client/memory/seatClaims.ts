const PATIENCE_MS = 700;

/**
 * Seats that this tab holds until its page goes away.
 *
 * A duplicated tab gets a copy of sessionStorage, and the server lets one connection per identity live: without a
 * claim the two tabs would throw each other out. The short wait covers a reload, whose old page lets go late.
 */
export class SeatClaims {
  readonly #locks: LockManager | undefined;
  readonly #held = new Set<string>();

  constructor(locks: LockManager | undefined) {
    this.#locks = locks;
  }

  /** True when this tab may sit there; false when another tab does. */
  async claim(room: string, identity: string): Promise<boolean> {
    const seat = JSON.stringify([room, identity]);
    // Insecure pages have no locks: nothing is lost there but the guard.
    if (this.#locks === undefined || this.#held.has(seat)) return true;
    const granted = await this.#hold(this.#locks, seat);
    if (granted) this.#held.add(seat);
    return granted;
  }

  #hold(locks: LockManager, seat: string): Promise<boolean> {
    return new Promise((resolve) => {
      const whilePageLives = new Promise<never>(() => undefined);
      const patience = AbortSignal.timeout(PATIENCE_MS);
      const held = locks.request(`tureen.seat.${seat}`, { signal: patience }, () => {
        resolve(true);
        return whilePageLives;
      });
      held.catch(() => resolve(false));
    });
  }
}
