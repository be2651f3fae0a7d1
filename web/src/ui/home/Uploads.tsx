import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import type { UploadView } from '../../client/home/homeState';
import { Icon } from '../icons';
import { sizeWords } from './words';

export function Uploads({ uploads, home }: { uploads: readonly UploadView[]; home: Home }): ReactElement | null {
  if (uploads.length === 0) return null;
  return (
    <ul className="uploads" aria-label="Files to send">
      {uploads.map((upload) => (
        <li key={upload.id} className="upload" data-testid="upload" data-problem={upload.problem !== null} data-ready={upload.progress === 1}>
          {upload.preview === null ? <Icon name="file" /> : <img src={upload.preview} alt="" />}
          <span className="row-text">
            <strong dir="auto">{upload.name}</strong>
            <span role={upload.problem === null ? undefined : 'alert'}>{upload.problem ?? sizeWords(upload.sizeBytes)}</span>
            {upload.problem === null && upload.progress < 1 && (
              <progress value={upload.progress} aria-label={`Uploading ${upload.name}`} />
            )}
          </span>
          <button
            type="button"
            className="toast-close"
            aria-label={`Remove ${upload.name}`}
            onClick={() => home.removeUpload(upload.id)}
          >
            <Icon name="close" size={18} />
          </button>
        </li>
      ))}
    </ul>
  );
}
