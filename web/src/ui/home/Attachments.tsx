import { type MouseEvent, type ReactElement, use } from 'react';
import type { AttachmentView } from '../../client/home/homeState';
import { isPicture, isStale } from '../../client/home/pictures';
import { Icon } from '../icons';
import { FreshLink } from './FreshLink';
import { GalleryContext } from './gallery';
import { sizeWords } from './words';

/** Widest picture within a message, in CSS pixels. */
const PICTURE_PX = 320;

export interface AttachmentsProps {
  /** Whose they are, by its id. */
  message: string;
  attachments: readonly AttachmentView[];
}

export function Attachments({ message, attachments }: AttachmentsProps): ReactElement | null {
  if (attachments.length === 0) return null;
  return (
    <ul className="attachments">
      {attachments.map((one) => (
        <li key={one.id}>{isPicture(one) ? <Picture file={one} message={message} /> : <FileLink file={one} message={message} />}</li>
      ))}
    </ul>
  );
}

interface FileProps {
  file: AttachmentView;
  message: string;
}

function Picture({ file, message }: FileProps): ReactElement {
  const { id, width, height, name, url, thumbnailUrl } = file;
  const gallery = use(GalleryContext);
  // The place is kept before the picture is there: nothing jumps.
  const shown = Math.min(PICTURE_PX, width ?? PICTURE_PX);
  const ratio = width !== null && height !== null ? `${width} / ${height}` : undefined;
  const view = (event: MouseEvent<HTMLAnchorElement>): void => {
    // Whoever asks for another tab or window gets it.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    gallery.view(id, event.currentTarget);
  };
  return (
    <FreshLink href={url} target="_blank" rel="noopener noreferrer" aria-haspopup="dialog" onClick={view} onRenew={() => gallery.renew(message)}>
      <img
        src={thumbnailUrl}
        alt={name}
        width={shown}
        style={{ aspectRatio: ratio }}
        loading="lazy"
        data-testid="picture"
        onError={() => isStale(thumbnailUrl, Date.now()) && void gallery.renew(message)}
      />
    </FreshLink>
  );
}

function FileLink({ file, message }: FileProps): ReactElement {
  const { renew } = use(GalleryContext);
  return (
    <FreshLink className="file" href={file.url} target="_blank" rel="noopener noreferrer" data-testid="file" onRenew={() => renew(message)}>
      <Icon name="file" />
      <span className="row-text">
        <strong dir="auto">{file.name}</strong>
        <span>{fileWords(file)}</span>
      </span>
    </FreshLink>
  );
}

/** As iPhones take them; hardly a browser shows them. */
const HEIC = /^image\/hei[cf]/;

function fileWords({ mediaType, sizeBytes }: AttachmentView): string {
  return HEIC.test(mediaType) ? `HEIC photo, ${sizeWords(sizeBytes)}: save it to look at it` : sizeWords(sizeBytes);
}
