import { type RefObject, useEffect } from 'react';
import { isFocusLost } from './home/focusLoss';

/**
 * Keeps a dialog over the page for as long as it is drawn, or as `open` says: only what it asks about ends it, no Escape does. The dialog
 * itself takes the keyboard, none of its buttons; whatever had it before gets it back.
 */
export function useModal(dialog: RefObject<HTMLDialogElement | null>, open = true): void {
  useEffect(() => {
    const shown = dialog.current;
    if (shown === null || !open) return undefined;
    const before = document.activeElement;
    const show = (): void => {
      shown.showModal();
      shown.focus();
    };
    // A browser closes a dialog at the second Escape without asking.
    const stay = (): void => {
      if (shown.isConnected) show();
    };
    // Dialogs within this one do close.
    const refuse = (event: Event): void => {
      if (event.target === shown) event.preventDefault();
    };
    shown.addEventListener('cancel', refuse);
    shown.addEventListener('close', stay);
    show();
    return () => {
      shown.removeEventListener('cancel', refuse);
      shown.removeEventListener('close', stay);
      shown.close();
      if (before instanceof HTMLElement && isFocusLost()) before.focus();
    };
  }, [dialog, open]);
}
