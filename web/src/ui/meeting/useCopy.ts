import { useEffect, useRef, useState } from 'react';

const SHOW_MS = 2_000;

type Copy = (text: string, onFailure: (message: string) => void) => void;

/** Copies text; true for two seconds after it worked. Insecure pages have no clipboard: the text is told instead. */
export function useCopy(): [boolean, Copy] {
  const [copied, setCopied] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const copy: Copy = (text, onFailure) => {
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const written = clipboard === undefined ? Promise.reject(new Error('no clipboard')) : clipboard.writeText(text);
    written.then(
      () => {
        setCopied(true);
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => setCopied(false), SHOW_MS);
      },
      () => onFailure(`Copy this link: ${text}`),
    );
  };
  return [copied, copy];
}
