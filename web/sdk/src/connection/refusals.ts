import type { Failed } from '../protocol';
import type { Outbox, Waiting } from './outbox';

/** So often a message is offered again that is refused with an error that may pass. */
const MAX_REFUSALS = 5;
const MAX_EXPIRIES = 2;
const RETRY_MS = 1_000;

export interface Resending {
  readonly refreshToken: () => Promise<unknown>;
  /** Sends if there is a connection; if not, the command is sent with the next one anyway. */
  readonly send: (text: string) => void;
  readonly random: () => number;
}

/** Offers refused commands again by itself: after a while, or with a fresh token. */
export class Refusals {
  readonly #outbox: Outbox;
  readonly #resending: Resending;

  constructor(outbox: Outbox, resending: Resending) {
    this.#outbox = outbox;
    this.#resending = resending;
  }

  /** Whether the command is taken care of; if not, its sender must hear of it. */
  handleFailed(waiting: Waiting, { code, retryable, retry_after_ms }: Failed): boolean {
    const { command } = waiting;
    if (code === 'token_expired' && command.type !== 'token.refresh') {
      if ((waiting.refusals += 1) > MAX_EXPIRIES) return false;
      this.#resending.refreshToken().then(
        () => this.#again(waiting),
        (error: unknown) => this.#outbox.reject(command.id, error as Error),
      );
      return true;
    }
    if (retryable !== true || command.type !== 'message.send') return false;
    if ((waiting.refusals += 1) > MAX_REFUSALS) return false;
    setTimeout(() => this.#again(waiting), (retry_after_ms ?? RETRY_MS) * (1 + this.#resending.random()));
    return true;
  }

  #again(waiting: Waiting): void {
    if (this.#outbox.find(waiting.command.id) === waiting) this.#resending.send(waiting.text);
  }
}
