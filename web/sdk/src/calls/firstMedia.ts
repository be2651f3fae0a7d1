const LOOK_MS = 40;
/** Whoever waits for longer is in no hurry. */
const RARE_LOOK_MS = 250;
/** A browser that does not count pictures keeps nobody waiting for longer, once packets have come. */
const PATIENCE_MS = 1_500;

type Counted = Pick<RTCRtpReceiver, 'track' | 'getStats'>;

interface Watch {
  isThere: boolean;
}

/**
 * Knows which receivers bring something to see or hear, by what they count: Chromium leaves a track `muted` for good where
 * both sides offered at once, though media flows (w3c/webrtc-pc issue 3081). Of a picture the first packets are not enough:
 * until the first one is decoded, what another path shows is worth more.
 */
export class FirstMedia {
  readonly #onFirst: () => void;
  readonly #watches = new Map<Counted, Watch>();
  /** They have brought something before, which does not count again. */
  readonly #used = new WeakSet<Counted>();

  /** ``onFirst``: something is there. */
  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
  }

  /** Whether something is there; from the first question on it is waited for. Sound is there with its first packet. */
  has(receiver: Counted): boolean {
    if (receiver.track.kind === 'audio' && !receiver.track.muted) return true;
    const known = this.#watches.get(receiver);
    if (known !== undefined) return known.isThere;
    const watch = { isThere: false };
    this.#watches.set(receiver, watch);
    void this.#wait(receiver, watch);
    return false;
  }

  /** Nothing is expected from there any more, until it is asked about again. */
  forget(receiver: Counted): void {
    this.#watches.delete(receiver);
  }

  end(): void {
    this.#watches.clear();
  }

  async #wait(receiver: Counted, watch: Watch): Promise<void> {
    let before = this.#used.has(receiver) ? Infinity : 0;
    this.#used.add(receiver);
    let [waitedMs, flowsMs] = [0, 0];
    for (;;) {
      const count = await countOf(receiver);
      if (this.#watches.get(receiver) !== watch || receiver.track.readyState === 'ended') return;
      if (count > before || flowsMs >= PATIENCE_MS) break;
      before = Math.min(before, count); // a new stream begins at 0
      const pauseMs = waitedMs < PATIENCE_MS ? LOOK_MS : RARE_LOOK_MS;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      waitedMs += pauseMs;
      if (!receiver.track.muted) flowsMs += pauseMs;
    }
    watch.isThere = true;
    this.#onFirst();
  }
}

/** Pictures that were decoded, packets of sound that came; 0 if the receiver was closed meanwhile. */
async function countOf(receiver: Counted): Promise<number> {
  let count = 0;
  try {
    (await receiver.getStats()).forEach(({ framesDecoded = 0, packetsReceived = 0 }: { framesDecoded?: number; packetsReceived?: number }) => {
      count += receiver.track.kind === 'video' ? framesDecoded : packetsReceived;
    });
  } catch {
    return 0;
  }
  return count;
}
