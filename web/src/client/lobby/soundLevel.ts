/** Loudness of a microphone for the meter, 0 to 1. */
export class SoundLevel {
  readonly #context: AudioContext;
  readonly #analyser: AnalyserNode;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(track: MediaStreamTrack) {
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 512;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** Browsers hold the audio engine back until the person has touched the page once. */
  wake(): void {
    if (this.#context.state === 'suspended') this.#context.resume().catch(() => undefined);
  }

  read(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return meterScale(this.#samples);
  }

  close(): void {
    this.#source.disconnect();
    this.#context.close().catch(() => undefined);
  }
}

const FLOOR_DB = -60;
const CEILING_DB = -12;

/** Root mean square of samples in -1..1, on a decibel scale from silence (0) to loud speech (1). */
export function meterScale(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const level = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
  return Math.min(1, Math.max(0, (level - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}
