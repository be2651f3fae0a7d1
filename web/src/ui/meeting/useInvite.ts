import { useEffect, useRef, useState } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { IconName } from '../icons';

const SHOW_MS = 2_000;

export interface Invite {
  readonly icon: IconName;
  readonly words: string;
  readonly give: () => void;
}

/**
 * Hands the invitation link on: over the phone's own sharing sheet, else over the clipboard. Insecure pages have
 * neither: the link is told instead.
 */
export function useInvite(meeting: Pick<Meeting, 'room' | 'notify'>, link: string): Invite {
  const [copied, setCopied] = useState(false);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const copy = (): void => {
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const written = clipboard === undefined ? Promise.reject(new Error('no clipboard')) : clipboard.writeText(link);
    written.then(
      () => {
        meeting.notify('Invitation link copied');
        setCopied(true);
        window.clearTimeout(timer.current);
        timer.current = window.setTimeout(() => setCopied(false), SHOW_MS);
      },
      () => meeting.notify(`Copy this link: ${link}`),
    );
  };
  if (!sharesByTouch()) return { icon: copied ? 'check' : 'link', words: 'Copy invitation link', give: copy };
  const share = (): void => {
    navigator.share({ title: meeting.room, url: link }).catch((error: unknown) => {
      const changedMind = error instanceof DOMException && error.name === 'AbortError';
      if (!changedMind) copy();
    });
  };
  return { icon: 'share', words: 'Share invitation link', give: share };
}

/** Desktop browsers have sharing sheets too, but there people paste links. */
function sharesByTouch(): boolean {
  return 'share' in navigator && window.matchMedia('(hover: none)').matches;
}
