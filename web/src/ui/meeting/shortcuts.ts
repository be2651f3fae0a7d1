import type { Meeting } from '../../client/meeting/meeting';

/** Single keys that work while nothing is being typed; one table for the handler, the tooltips and the settings. */
export const SHORTCUTS = {
  m: { label: 'Microphone on or off', run: (meeting: Meeting) => meeting.toggleMicrophone() },
  v: { label: 'Camera on or off', run: (meeting: Meeting) => meeting.toggleCamera() },
  s: { label: 'Share your screen', run: (meeting: Meeting) => meeting.toggleScreen() },
  c: { label: 'Chat', run: (meeting: Meeting) => meeting.togglePanel('chat') },
  p: { label: 'People', run: (meeting: Meeting) => meeting.togglePanel('people') },
  escape: { label: 'Close the side panel', run: (meeting: Meeting) => meeting.closePanel() },
} as const;

export type ShortcutKey = keyof typeof SHORTCUTS;

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
