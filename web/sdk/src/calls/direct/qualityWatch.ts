import { type ReadableStore, Store } from '../../stores/store';
import { type PathQuality, quality, type Received, received, type StatEntry } from './quality';

const LOOK_MS = 2_000;

/** From when on a path is poor, and how long it may be. */
export interface PoorLimits {
  readonly lossShare: number;
  readonly roundTripMs: number;
  readonly forMs: number;
}

export const POOR: PoorLimits = { lossShare: 0.08, roundTripMs: 1_000, forMs: 10_000 };

/** Looks at the statistics of a path, and tells when it stays poor. */
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
    const now = quality(stats, before);
    this.#store.set(now);
    const { lossShare, roundTripMs, forMs } = this.#limits;
    const isPoor = now.lossShare > lossShare || (now.roundTripMs ?? 0) > roundTripMs;
    this.#poorMs = isPoor ? this.#poorMs + LOOK_MS : 0;
    if (this.#poorMs < forMs) return;
    this.#poorMs = 0;
    const loss = Math.round(now.lossShare * 100);
    this.#onPoor(`It stays poor: ${loss} % lost, round trip ${Math.round(now.roundTripMs ?? 0)} ms.`);
  }
}
