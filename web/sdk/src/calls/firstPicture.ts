const LOOK_MS = 40;
/** A browser that does not count pictures keeps nobody waiting for longer. */
const PATIENCE_MS = 1_500;

type Counted = Pick<RTCRtpReceiver, 'track' | 'getStats'>;

/**
 * Knows which tracks bring something to see or hear. Of a picture the first packets are not enough: until the first one
 * is decoded, what another path shows is worth more.
 */
export class FirstPictures {
  readonly #onFirst: () => void;
  readonly #shown = new WeakSet<MediaStreamTrack>();
  readonly #watched = new WeakSet<MediaStreamTrack>();

  /** ``onFirst``: some picture is there. */
  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
  }

  /** Whether there is a picture; from the first question on it is waited for. Sound is there with its first packet. */
  has(receiver: Counted): boolean {
    const { track } = receiver;
    if (track.kind !== 'video' || this.#shown.has(track)) return true;
    if (!this.#watched.has(track)) {
      this.#watched.add(track);
      void this.#wait(receiver);
    }
    return false;
  }

  async #wait(receiver: Counted): Promise<void> {
    for (let waitedMs = 0; waitedMs < PATIENCE_MS && !(await hasPicture(receiver)); waitedMs += LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    this.#shown.add(receiver.track);
    this.#onFirst();
  }
}

async function hasPicture(receiver: Counted): Promise<boolean> {
  let decoded = 0;
  try {
    (await receiver.getStats()).forEach(({ framesDecoded = 0 }: { framesDecoded?: number }) => (decoded += framesDecoded));
  } catch {
    return true; // closed meanwhile
  }
  return decoded > 0;
}
