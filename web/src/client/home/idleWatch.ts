/** After so long without a key or a pointer nobody is taken to be at this device. */
const IDLE_MS = 5 * 60_000;

/** Tells when nobody is at this device any more, and when somebody is again. */
export class IdleWatch {
  readonly #tell: (idle: boolean) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #idle = false;

  constructor(tell: (idle: boolean) => void) {
    this.#tell = tell;
    for (const type of ['pointerdown', 'pointermove', 'keydown'] as const) {
      window.addEventListener(type, this.#handleSign, { passive: true });
    }
    document.addEventListener('visibilitychange', this.#handleSign);
    this.#handleSign();
  }

  end(): void {
    clearTimeout(this.#timer);
    for (const type of ['pointerdown', 'pointermove', 'keydown'] as const) window.removeEventListener(type, this.#handleSign);
    document.removeEventListener('visibilitychange', this.#handleSign);
  }

  readonly #handleSign = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#change(true), IDLE_MS);
    this.#change(false);
  };

  #change(idle: boolean): void {
    if (this.#idle === idle) return;
    this.#idle = idle;
    this.#tell(idle);
  }
}
