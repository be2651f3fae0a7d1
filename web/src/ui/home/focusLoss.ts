/** Whether the keyboard is nowhere: what had it went away, or is hidden. */
export function isFocusLost(): boolean {
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body) return true;
  return activeElement.getClientRects().length === 0 || getComputedStyle(activeElement).visibility !== 'visible';
}
