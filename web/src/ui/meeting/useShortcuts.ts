import { useEffect } from 'react';
import { isLetter, type KeyActions, matchShortcut, SHORTCUTS } from './shortcuts';

const TYPING = 'input, textarea, select, [contenteditable="true"], dialog';
/** What scrolls has its own use for the page keys. */
const SCROLLS = '.panel';

/** ``enabled``: the single letters are not switched off; ``away``: the meeting is not seen, and no key is meant for it. */
export function useShortcuts(actions: KeyActions, { enabled, away }: { enabled: boolean; away: boolean }): void {
  useEffect(() => {
    if (away) return undefined;
    const handle = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      const insideDialog = target?.closest('dialog') != null;
      const { key, ctrlKey, altKey, metaKey, repeat } = event;
      const press = { key, ctrlKey, altKey, metaKey, repeat, typing: target?.closest(TYPING) != null };
      const shortcut = insideDialog ? null : matchShortcut(press);
      if (shortcut === null || (!enabled && isLetter(shortcut))) return;
      if (shortcut.startsWith('page') && target?.closest(SCROLLS) != null) return;
      event.preventDefault();
      SHORTCUTS[shortcut].run(actions);
    };
    document.addEventListener('keydown', handle);
    return () => document.removeEventListener('keydown', handle);
  }, [actions, enabled, away]);
}
