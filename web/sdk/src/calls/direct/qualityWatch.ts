import { type ReadableStore, Store } from '../../stores/store';
import { type Look, look, type PathQuality, type Received, received, type StatEntry } from './quality';

const LOOK_MS = 2_000;

/** From when on a path is poor, and how long it may be. */
export interface PoorLimits {
  readonly lossShare: number;
  readonly roundTripMs: number;
  readonly forMs: number;
}

export const POOR: PoorLimits = { lossShare: 0.08, roundTripMs: 1_000, forMs: 10_000 };

/**
 * Looks at the statistics of a path, and tells when it stays poor: when poor looks outweigh better ones by so long. Each
 * side judges by what arrives, which it can count; what the other one reports of the opposite direction comes rarely and
 * late, and that one judges it as well.
 */
export class QualityWatch {
  readonly #readStats: () => Promise<readonly StatEntry[]>;
  readonly #limits: PoorLimits;
  readonly #onPoor: (reason: string) => void;
  readonly #store = new Store<PathQuality | null>(null);
  readonly #timer: ReturnType<typeof setInterval>;
  #before: Received | null = null;
  #poorMs = 0;

  constructor(readStats: () => Promise<readonly StatEntry[]>, limits: PoorLimits, onPoor: (reason: string) => void) {
    this.#readStats = readStats;
    this.#limits = limits;
    this.#onPoor = onPoor;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  /** Null until two looks were taken. */
  get quality(): ReadableStore<PathQuality | null> {
    return this.#store;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    let stats: readonly StatEntry[];
    try {
      stats = await this.#readStats();
    } catch {
      return; // closed meanwhile
    }
    const before = this.#before;
    this.#before = received(stats);
    if (before === null) return;
    const now = look(stats, before);
    const lossShare = Math.max(now.arriving ?? 0, now.sent);
    this.#store.set({ lossShare, roundTripMs: now.roundTripMs });
    this.#judge(now);
  }

  #judge({ arriving, roundTripMs }: Look): void {
    const limits = this.#limits;
    const isPoor = (arriving ?? 0) > limits.lossShare || (roundTripMs ?? 0) > limits.roundTripMs;
    if (isPoor) this.#poorMs += LOOK_MS;
    else if (arriving !== null) this.#poorMs = Math.max(0, this.#poorMs - LOOK_MS);
    if (this.#poorMs < limits.forMs) return;
    this.#poorMs = 0;
    const loss = Math.round((arriving ?? 0) * 100);
    this.#onPoor(`It stays poor: ${loss} % lost, round trip ${Math.round(roundTripMs ?? 0)} ms.`);
  }
}
