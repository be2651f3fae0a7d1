import { useEffect } from 'react';

/** The words in the browser's tab, which screen readers say first: what this page is, then whose it is. */
export function usePageTitle(...parts: readonly string[]): void {
  const title = [...parts, 'Tureen'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
