import { type KeyboardEvent, type MouseEvent, type ReactElement, use, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { isStale, type ShownPicture } from '../../client/home/pictures';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useSwipe } from '../stage/useSwipe';
import { useNow } from '../useNow';
import { FreshLink } from './FreshLink';
import { GalleryContext } from './gallery';
import { moment } from './words';

export interface PictureViewerProps {
  pictures: readonly ShownPicture[];
  /** By its file's id. */
  viewed: string;
  onView: (file: string) => void;
  onClose: () => void;
}

/** One picture, as large as there is room; the keys and a swipe lead to those before and after it. */
export function PictureViewer({ pictures, viewed, onView, onClose }: PictureViewerProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const at = pictures.findIndex(({ file }) => file.id === viewed);
  const picture = pictures[at];
  const leaf = (by: number): void => {
    const next = pictures[at + by];
    if (next !== undefined) onView(next.file.id);
  };
  useSwipe(stage, leaf);
  useLayoutEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  const isGone = picture === undefined;
  useEffect(() => {
    // Deleted meanwhile.
    if (isGone) dialog.current?.close();
  }, [isGone]);
  const handleKey = ({ key }: KeyboardEvent): void => {
    if (key === 'ArrowLeft') leaf(-1);
    if (key === 'ArrowRight') leaf(1);
  };
  const closeBeside = ({ target }: MouseEvent): void => {
    if (target instanceof Element && target.closest('img, header, button') === null) dialog.current?.close();
  };
  return (
    <dialog ref={dialog} className="viewer" aria-label="Picture" data-testid="viewer" onClose={onClose} onKeyDown={handleKey} onClick={closeBeside}>
      {picture !== undefined && <Head picture={picture} place={`${at + 1} of ${pictures.length}`} onClose={() => dialog.current?.close()} />}
      <div ref={stage} className="viewer-stage" data-testid="viewer-stage">
        {picture !== undefined && <Large key={picture.file.id} picture={picture} />}
      </div>
      {pictures.length > 1 && (
        <>
          <IconButton icon="previous" label="Picture before" className="viewer-before" aria-disabled={at <= 0} data-testid="viewer-before" onClick={() => leaf(-1)} />
          <IconButton icon="next" label="Next picture" className="viewer-next" aria-disabled={at >= pictures.length - 1} data-testid="viewer-next" onClick={() => leaf(1)} />
        </>
      )}
    </dialog>
  );
}

interface HeadProps {
  picture: ShownPicture;
  /** Which of how many. */
  place: string;
  onClose: () => void;
}

function Head({ picture: { message, sender, atMs, file }, place, onClose }: HeadProps): ReactElement {
  const gallery = use(GalleryContext);
  const now = useNow();
  return (
    <header className="viewer-head">
      <p className="row-text" role="status">
        <strong dir="auto">{sender}</strong>
        <span>
          <time dateTime={new Date(atMs).toISOString()}>{moment(atMs, now)}</time>, {place}
        </span>
      </p>
      <FreshLink
        className="icon-button"
        href={file.url}
        download={file.name}
        aria-label={`Download ${file.name}`}
        data-tip="Download"
        data-testid="viewer-download"
        onRenew={() => gallery.renew(message)}
      >
        <Icon name="download" />
      </FreshLink>
      <IconButton icon="close" label="Close" data-testid="viewer-close" onClick={onClose} />
    </header>
  );
}

/** The small picture stands for the large one until that is here, and for good where it cannot be shown. */
function Large({ picture: { message, file } }: { picture: ShownPicture }): ReactElement {
  const { renew } = use(GalleryContext);
  const { name, url, thumbnailUrl, width, height } = file;
  const [w, h] = [width ?? 512, height ?? 512];
  const [mustWait, setMustWait] = useState(() => isStale(url, Date.now()));
  const [isLoaded, setLoaded] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    if (mustWait) void renew(message).then(() => setMustWait(false));
  }, [mustWait, renew, message]);
  const fail = (): void => {
    setFailed(url);
    void renew(message);
  };
  const isBroken = failed === url;
  return (
    <>
      <img
        src={mustWait ? undefined : isBroken ? thumbnailUrl : url}
        alt={name}
        data-testid="viewer-picture"
        data-loaded={isLoaded}
        // The place is kept before the picture is there.
        style={{
          width: `min(100cqw, ${w}px, 100cqh * ${w / h})`,
          aspectRatio: `${w} / ${h}`,
          backgroundImage: isLoaded ? undefined : `url("${thumbnailUrl}")`,
        }}
        onLoad={() => setLoaded(true)}
        onError={isBroken ? undefined : fail}
      />
      {isBroken && <p className="viewer-note">This browser cannot show it large. Download it instead.</p>}
    </>
  );
}
