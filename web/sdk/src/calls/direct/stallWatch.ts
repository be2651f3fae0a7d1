const LOOK_MS = 150;
/** From so many packets within one look on there is a steady flow. Sound has fifty a second, pauses included. */
const FLOW_PACKETS = 4;
/** So long nothing came of a flow that was steady: it may be a break. */
const SUSPECT_MS = 300;
/** So long it is one. */
const STALL_MS = 600;

export type Flow = 'well' | 'suspect' | 'stalled';

/**
 * Tells when sound that flowed steadily comes no more: the browser itself needs some five seconds to call a path broken.
 * Where no sound is expected, all is well. A suspicion that proved false is the last one: after it only proofs are told.
 */
export class StallWatch {
  readonly #readPackets: () => Promise<number | null>;
  readonly #onChange: (flow: Flow) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #before: number | null = null;
  #quietMs = 0;
  #isSteady = false;
  #maySuspect = true;
  #flow: Flow = 'well';

  /** ``readPackets``: how many packets of sound came so far; null where none are expected. */
  constructor(readPackets: () => Promise<number | null>, onChange: (flow: Flow) => void) {
    this.#readPackets = readPackets;
    this.#onChange = onChange;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  get flow(): Flow {
    return this.#flow;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const now = await this.#readPackets().catch(() => null); // closed meanwhile
    const before = this.#before;
    this.#before = now;
    if (now === null || before === null) this.#isSteady = false;
    else if (now - before >= FLOW_PACKETS) this.#isSteady = true;
    const isQuiet = this.#isSteady && now === before;
    this.#quietMs = isQuiet ? this.#quietMs + LOOK_MS : 0;
    this.#become(this.#judge());
  }

  #judge(): Flow {
    if (this.#quietMs >= STALL_MS) return 'stalled';
    return this.#quietMs >= SUSPECT_MS && this.#maySuspect ? 'suspect' : 'well';
  }

  #become(flow: Flow): void {
    if (flow === this.#flow) return;
    if (this.#flow === 'suspect' && flow === 'well') this.#maySuspect = false;
    this.#flow = flow;
    this.#onChange(flow);
  }
}
