import type { TextStorage } from './preferences';

/**
 * A tab's seat in one room: who it is there, and whether it goes straight in. It lives in
 * sessionStorage, so that a reload comes back as the same participant and a new tab is a new one.
 */
export interface Seat {
  readonly identity: string | null;
  /** The newest token, if the link brought one; the development login gives a fresh one each time. */
  readonly token: string | null;
  /** Whoever has it goes in without the lobby: after a reload, and into a meeting of their own making. */
  readonly inside: boolean;
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
}

export const EMPTY_SEAT: Seat = { identity: null, token: null, inside: false, microphoneOn: false, cameraOn: false };

export class SeatMemory {
  readonly #storage: TextStorage | null;

  constructor(storage: TextStorage | null) {
    this.#storage = storage;
  }

  read(room: string): Seat {
    return readSeatUntrusted(this.#storage?.getItem(key(room)) ?? null);
  }

  change(room: string, part: Partial<Seat>): void {
    try {
      this.#storage?.setItem(key(room), JSON.stringify({ ...this.read(room), ...part }));
    } catch {
      // Storage is full or forbidden: only coming back after a reload is lost.
    }
  }
}

export function readSeatUntrusted(text: string | null): Seat {
  if (text === null) return EMPTY_SEAT;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return EMPTY_SEAT;
    const stored = parsed as Record<string, unknown>;
    return {
      identity: typeof stored.identity === 'string' ? stored.identity : null,
      token: typeof stored.token === 'string' ? stored.token : null,
      inside: stored.inside === true,
      microphoneOn: stored.microphoneOn === true,
      cameraOn: stored.cameraOn === true,
    };
  } catch {
    return EMPTY_SEAT;
  }
}

function key(room: string): string {
  return `tureen.seat.${room}`;
}
