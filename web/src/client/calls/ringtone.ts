/** Two warm tones, a pause: made here, so that no file has to be fetched while it rings. */
const INCOMING = { tones: [523.25, 659.25], beatMs: 2_400, seconds: 0.9, level: 0.16 };
/** What the caller hears while it rings elsewhere. */
const OUTGOING = { tones: [425], beatMs: 4_000, seconds: 1, level: 0.05 };

/** Sounds until it is stopped. A browser that allows no sound before the page was touched stays silent. */
export class Ringtone {
  readonly #context = new AudioContext();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(kind: 'incoming' | 'outgoing') {
    const sound = kind === 'incoming' ? INCOMING : OUTGOING;
    const beat = (): void => {
      sound.tones.forEach((hertz, index) => this.#tone(hertz, index * 0.18, sound.seconds, sound.level));
    };
    beat();
    this.#timer = setInterval(beat, sound.beatMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    void this.#context.close();
  }

  #tone(hertz: number, delay: number, seconds: number, level: number): void {
    const begin = this.#context.currentTime + delay;
    const [oscillator, gain] = [this.#context.createOscillator(), this.#context.createGain()];
    oscillator.frequency.value = hertz;
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(level, begin + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0001, begin + seconds);
    oscillator.connect(gain).connect(this.#context.destination);
    oscillator.start(begin);
    oscillator.stop(begin + seconds);
  }
}
