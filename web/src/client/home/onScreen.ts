/** Whether somebody sees what the page shows: it is in front, and no call has all of it. */
export function isSeen(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus() && document.querySelector('dialog[data-covers-page][open]') === null;
}

/** Calls back when the page may be about to go, whatever it has to say: a phone ends hidden pages without a word. */
export function whenLeft(leave: () => void): () => void {
  const hidden = (): void => {
    if (document.visibilityState === 'hidden') leave();
  };
  window.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', hidden);
  return () => {
    window.removeEventListener('pagehide', leave);
    document.removeEventListener('visibilitychange', hidden);
  };
}

/** Calls back when that may have become so. Returns how to stop. */
export function whenSeen(look: () => void): () => void {
  window.addEventListener('focus', look);
  // On its way down: a dialog closes without a word to what is around it.
  document.addEventListener('close', look, true);
  return () => {
    window.removeEventListener('focus', look);
    document.removeEventListener('close', look, true);
  };
}
