import type { Connection } from '../connection/connection';

/** What others see of oneself. */
export class OwnPresence {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Nobody is at this device now, or somebody is again. */
  setIdle(idle: boolean): void {
    if (this.#connection.idle === idle) return;
    this.#connection.idle = idle;
    const told = this.#connection.send({ type: 'presence.set', idle }, { patienceMs: 0 });
    told.catch(() => undefined); // the next greeting says it
  }

  /** Away by choice, on all devices. */
  async setAway(away: boolean): Promise<void> {
    await this.#connection.send({ type: 'presence.set', away });
  }

  async setStatusText(text: string): Promise<void> {
    await this.#connection.send({ type: 'presence.set', status_text: text });
  }
}
