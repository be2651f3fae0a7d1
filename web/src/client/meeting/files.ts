import type { UploadView } from '../home/homeState';
import type { ReadableStore } from '../store';

/** Files that are to go with the next message of a meeting's chat. */
export interface FilesToSend {
  readonly store: ReadableStore<readonly UploadView[]>;
  add(files: readonly File[]): void;
  remove(id: string): void;
}
