import { Deadline } from './deadline';

/** So long a path that broke may take to come back. */
const RESTART_MS = 4_000;
/** A path that breaks so often within a while is good for nothing, though it comes back each time. */
const MAX_BREAKS = 3;
const WITHIN_MS = 60_000;
const BROKE = 'It broke and did not come back.';

export interface BreaksPort {
  /** Both sides restart ICE; where they do at once, negotiation decides. */
  readonly restart: () => void;
  readonly canSignal: () => boolean;
  readonly onSilent: (isSilent: boolean) => void;
  readonly onFailed: (reason: string) => void;
}

/**
 * What is done about a path that brings nothing any more:
 *
 *     well ── suspect ──▶ silent ── proof ──▶ broken (restart) ── 4 s, or the third time in a minute ──▶ failed
 *      ▲                    │                    │
 *      └──── it flows ──────┴────────────────────┘
 */
export class Breaks {
  readonly #port: BreaksPort;
  readonly #deadline: Deadline;
  #state: 'well' | 'silent' | 'broken' = 'well';
  #times: readonly number[] = [];

  constructor(port: BreaksPort) {
    this.#port = port;
    this.#deadline = new Deadline(port.canSignal, port.onFailed);
  }

  handleSuspicion(): void {
    if (this.#state !== 'well') return;
    this.#state = 'silent';
    this.#port.onSilent(true);
  }

  handleBreak(): void {
    if (this.#state === 'broken') return;
    this.handleSuspicion();
    this.#state = 'broken';
    const now = performance.now();
    this.#times = [...this.#times.filter((at) => now - at < WITHIN_MS), now];
    this.#port.restart();
    if (this.#times.length < MAX_BREAKS) this.#deadline.start(RESTART_MS, BROKE);
    else this.#port.onFailed('It breaks again and again.');
  }

  handleMended(): void {
    if (this.#state === 'well') return;
    this.#state = 'well';
    this.#deadline.stop();
    this.#port.onSilent(false);
  }

  /** The server can be told again: a restart could not even begin before. */
  handleWelcome(): void {
    if (this.#state === 'broken') this.#deadline.start(RESTART_MS, BROKE);
  }

  end(): void {
    this.#deadline.stop();
  }
}
