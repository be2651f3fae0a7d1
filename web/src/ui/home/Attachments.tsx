import type { ReactElement } from 'react';
import type { AttachmentView } from '../../client/home/homeState';
import { Icon } from '../icons';
import { sizeWords } from './words';

/** Widest picture within a message, in CSS pixels. */
const PICTURE_PX = 320;

export function Attachments({ attachments }: { attachments: readonly AttachmentView[] }): ReactElement | null {
  if (attachments.length === 0) return null;
  return (
    <ul className="attachments">
      {attachments.map((one) => (
        <li key={one.id}>{one.thumbnailUrl === '' ? <FileLink file={one} /> : <Picture file={one} />}</li>
      ))}
    </ul>
  );
}

function Picture({ file }: { file: AttachmentView }): ReactElement {
  const { width, height, name, url, thumbnailUrl } = file;
  // The place is kept before the picture is there: nothing jumps.
  const shown = Math.min(PICTURE_PX, width ?? PICTURE_PX);
  const ratio = width !== null && height !== null ? `${width} / ${height}` : undefined;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      <img src={thumbnailUrl} alt={name} width={shown} style={{ aspectRatio: ratio }} loading="lazy" data-testid="picture" />
    </a>
  );
}

function FileLink({ file }: { file: AttachmentView }): ReactElement {
  return (
    <a className="file" href={file.url} target="_blank" rel="noopener noreferrer" data-testid="file">
      <Icon name="file" />
      <span className="row-text">
        <strong dir="auto">{file.name}</strong>
        <span>{sizeWords(file.sizeBytes)}</span>
      </span>
    </a>
  );
}
