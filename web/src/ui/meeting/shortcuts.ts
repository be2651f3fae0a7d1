import type { Meeting } from '../../client/meeting/meeting';

/** What keys can do: the meeting's own actions, and those of the stage. */
export interface KeyActions {
  readonly meeting: Meeting;
  readonly toggleView: () => void;
  readonly turnPage: (by: number) => void;
}

/** Keys that work while nothing is being typed; one table for the handler, the tooltips and the settings. */
export const SHORTCUTS = {
  m: { label: 'Microphone on or off', run: ({ meeting }: KeyActions) => meeting.toggleMicrophone() },
  v: { label: 'Camera on or off', run: ({ meeting }: KeyActions) => meeting.toggleCamera() },
  s: { label: 'Share your screen', run: ({ meeting }: KeyActions) => meeting.toggleScreen() },
  c: { label: 'Chat', run: ({ meeting }: KeyActions) => meeting.togglePanel('chat') },
  p: { label: 'People', run: ({ meeting }: KeyActions) => meeting.togglePanel('people') },
  g: { label: 'Grid or speaker', run: ({ toggleView }: KeyActions) => toggleView() },
  pageup: { label: 'Page back', run: ({ turnPage }: KeyActions) => turnPage(-1) },
  pagedown: { label: 'Page on', run: ({ turnPage }: KeyActions) => turnPage(1) },
  escape: { label: 'Close the side panel', run: ({ meeting }: KeyActions) => meeting.closePanel() },
} as const;

export type ShortcutKey = keyof typeof SHORTCUTS;

/** Keys that write nothing work also for those who switched the single letters off. */
export function isLetter(key: ShortcutKey): boolean {
  return key.length === 1;
}

/** As it is printed on the keyboard. */
export function keyName(key: ShortcutKey): string {
  const names: Partial<Record<ShortcutKey, string>> = { escape: 'Esc', pageup: 'Page Up', pagedown: 'Page Down' };
  return names[key] ?? key.toUpperCase();
}

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  /** True when the key goes into a text field, a menu or a dialog. */
  readonly typing: boolean;
}

/** The shortcut that a key press means, or null. Escape leaves a text field too. */
export function matchShortcut(press: KeyPress): ShortcutKey | null {
  if (press.ctrlKey || press.altKey || press.metaKey || press.repeat) return null;
  const key = press.key.toLowerCase();
  if (!Object.hasOwn(SHORTCUTS, key)) return null;
  return press.typing && key !== 'escape' ? null : (key as ShortcutKey);
}
