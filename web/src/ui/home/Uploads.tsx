import { type ReactElement, useState } from 'react';
import type { UploadView } from '../../client/home/homeState';
import { Icon } from '../icons';
import { sizeWords } from './words';

export interface UploadsProps {
  uploads: readonly UploadView[];
  onRemove: (id: string) => void;
}

export function Uploads({ uploads, onRemove }: UploadsProps): ReactElement | null {
  if (uploads.length === 0) return null;
  return (
    <ul className="uploads" aria-label="Files to send">
      {uploads.map((upload) => (
        <li key={upload.id} className="upload" data-testid="upload" data-problem={upload.problem !== null} data-ready={upload.progress === 1} data-sent={upload.isSent}>
          <Preview url={upload.preview} />
          <span className="row-text">
            <strong dir="auto">{upload.name}</strong>
            <span role={upload.problem === null ? undefined : 'alert'}>{upload.problem ?? (upload.isSent ? 'Goes as soon as it is ready' : sizeWords(upload.sizeBytes))}</span>
            {upload.problem === null && upload.progress < 1 && (
              <progress value={upload.progress} aria-label={`Uploading ${upload.name}`} />
            )}
          </span>
          <button
            type="button"
            className="toast-close"
            aria-label={`Remove ${upload.name}`}
            onClick={() => onRemove(upload.id)}
          >
            <Icon name="close" size={18} />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What only calls itself a picture is shown as a file. */
function Preview({ url }: { url: string | null }): ReactElement {
  const [isBroken, setBroken] = useState(false);
  return url === null || isBroken ? <Icon name="file" /> : <img src={url} alt="" onError={() => setBroken(true)} />;
}
