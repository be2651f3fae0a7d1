import { useEffect } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import { matchShortcut, SHORTCUTS } from './shortcuts';

const TYPING = 'input, textarea, select, [contenteditable="true"], dialog';

export function useShortcuts(meeting: Meeting, enabled: boolean): void {
  useEffect(() => {
    const handle = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      const insideDialog = target?.closest('dialog') != null;
      const { key, ctrlKey, altKey, metaKey, repeat } = event;
      const press = { key, ctrlKey, altKey, metaKey, repeat, typing: target?.closest(TYPING) != null };
      const shortcut = insideDialog ? null : matchShortcut(press);
      if (shortcut === null || (!enabled && shortcut !== 'escape')) return;
      event.preventDefault();
      SHORTCUTS[shortcut].run(meeting);
    };
    document.addEventListener('keydown', handle);
    return () => document.removeEventListener('keydown', handle);
  }, [meeting, enabled]);
}
