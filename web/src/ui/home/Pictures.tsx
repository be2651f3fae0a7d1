import { type ReactElement, type ReactNode, useMemo, useRef, useState } from 'react';
import type { ShownPicture } from '../../client/home/pictures';
import { isFocusLost } from './focusLoss';
import { type Gallery, GalleryContext } from './gallery';
import { PictureViewer } from './PictureViewer';

export interface PicturesProps {
  /** In the order in which one leafs through them. Asked when one is opened, and while it is. */
  pictures: () => readonly ShownPicture[];
  /** The same one each time, or all messages are drawn anew. */
  onRenew: (message: string) => Promise<void>;
  children: ReactNode;
}

/** Around messages: their pictures open large, over the page. */
export function Pictures({ pictures, onRenew, children }: PicturesProps): ReactElement {
  const [viewed, setViewed] = useState<string | null>(null);
  const opener = useRef<HTMLElement>(null);
  const gallery = useMemo<Gallery>(() => ({
    view: (file, from) => {
      opener.current = from;
      setViewed(file);
    },
    renew: (message) => onRenew(message).catch(() => undefined),
  }), [onRenew]);
  const close = (): void => {
    setViewed(null);
    if (isFocusLost()) opener.current?.focus({ preventScroll: true });
  };
  return (
    <GalleryContext value={gallery}>
      {children}
      {viewed !== null && <PictureViewer pictures={pictures()} viewed={viewed} onView={setViewed} onClose={close} />}
    </GalleryContext>
  );
}
