import { Store } from '../store';

export type Theme = 'auto' | 'light' | 'dark';

/** `auto`: a grid among a few people, the speaker among many. */
export type View = 'auto' | 'grid' | 'speaker';

/** What this browser remembers about its person, across meetings. */
export interface Preferences {
  readonly name: string;
  readonly theme: Theme;
  readonly shortcuts: boolean;
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  /** Device ids as the browser gives them; null for its default. */
  readonly microphoneId: string | null;
  readonly cameraId: string | null;
  readonly speakerId: string | null;
  readonly view: View;
  /** Whether to send and receive smaller pictures. */
  readonly saver: boolean;
  /** Whether to say that one can be notified while the app is closed. */
  readonly notifyHint: boolean;
}

export const MAX_NAME = 64;

export const DEFAULT_PREFERENCES: Preferences = {
  name: '',
  theme: 'auto',
  shortcuts: true,
  microphoneOn: true,
  cameraOn: true,
  microphoneId: null,
  cameraId: null,
  speakerId: null,
  view: 'auto',
  saver: false,
  notifyHint: true,
};

const KEY = 'tureen.preferences';

/** The part of `Storage` that is used; a browser may refuse all of it. */
export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class PreferenceStore extends Store<Preferences> {
  readonly #storage: TextStorage | null;

  constructor(storage: TextStorage | null) {
    super(readPreferencesUntrusted(storage?.getItem(KEY) ?? null));
    this.#storage = storage;
  }

  change(part: Partial<Preferences>): void {
    this.update((now) => ({ ...now, ...part }));
    try {
      this.#storage?.setItem(KEY, JSON.stringify(this.get()));
    } catch {
      // Storage is full or forbidden: the choice still holds for this page.
    }
  }
}

/** Stored text to preferences; anything missing or odd becomes its default. */
export function readPreferencesUntrusted(text: string | null): Preferences {
  let stored: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) stored = parsed as Record<string, unknown>;
  } catch {
    // Not ours or damaged: start afresh.
  }
  const flag = (key: keyof Preferences, fallback: boolean): boolean =>
    typeof stored[key] === 'boolean' ? stored[key] : fallback;
  const device = (key: keyof Preferences): string | null =>
    typeof stored[key] === 'string' && stored[key].length <= 512 ? stored[key] : null;
  return {
    name: typeof stored.name === 'string' ? stored.name.slice(0, MAX_NAME) : '',
    theme: stored.theme === 'light' || stored.theme === 'dark' ? stored.theme : 'auto',
    shortcuts: flag('shortcuts', true),
    microphoneOn: flag('microphoneOn', true),
    cameraOn: flag('cameraOn', true),
    microphoneId: device('microphoneId'),
    cameraId: device('cameraId'),
    speakerId: device('speakerId'),
    view: stored.view === 'grid' || stored.view === 'speaker' ? stored.view : 'auto',
    saver: flag('saver', false),
    notifyHint: flag('notifyHint', true),
  };
}
