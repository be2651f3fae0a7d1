import { CommandError, type Connection, upload } from '@tureen/client';
import { Store } from '../store';
import { fileProblem, refusedFileWords } from './fileProblem';
import type { UploadView } from './homeState';
import { privatePicture } from './privatePicture';

interface Upload extends UploadView {
  /** Of the server, once it has all of the file. */
  readonly attachment: string | null;
  readonly abort: AbortController;
}

let number = 0;

/** Files that are to go with the next message of a conversation. */
export class UploadTray {
  readonly store = new Store<readonly Upload[]>([]);
  readonly #connection: Connection;
  readonly #conversation: string;
  readonly #maxBytes: () => number | null;

  /** `maxBytes`: of a file, as far as the server has said it; it says so itself when a file is larger. */
  constructor(connection: Connection, conversation: string, maxBytes: () => number | null = () => null) {
    this.#connection = connection;
    this.#conversation = conversation;
    this.#maxBytes = maxBytes;
  }

  add(files: readonly File[]): void {
    for (const file of files) void this.#upload(file);
  }

  remove(id: string): void {
    const gone = this.store.get().find((one) => one.id === id);
    gone?.abort.abort();
    if (gone?.preview != null) URL.revokeObjectURL(gone.preview);
    this.store.update((all) => all.filter((one) => one.id !== id));
  }

  /** The files that can be sent; they leave the tray. */
  take(): string[] {
    const ready = this.store.get().filter(({ attachment }) => attachment !== null);
    for (const { id } of ready) this.remove(id);
    return ready.flatMap(({ attachment }) => attachment ?? []);
  }

  end(): void {
    for (const { id } of this.store.get()) this.remove(id);
  }

  async #upload(file: File): Promise<void> {
    number += 1;
    const id = `upload ${number}`;
    const abort = new AbortController();
    const problem = fileProblem(file.size, this.#maxBytes());
    const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : null;
    this.store.update((all) => [
      ...all,
      { id, name: file.name, sizeBytes: file.size, progress: 0, problem, preview, attachment: null, abort },
    ]);
    if (problem !== null) return;
    try {
      const { id: attachment } = await upload(this.#connection, this.#conversation, await privatePicture(file), {
        signal: abort.signal,
        // All of it is not yet ready: the server looks into it first.
        onProgress: (sent, total) => this.#change(id, { progress: Math.min(0.99, sent / total) }),
      });
      this.#change(id, { attachment, progress: 1 });
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#change(id, { problem: error instanceof CommandError ? refusedFileWords(error) : 'It could not be uploaded.' });
    }
  }

  #change(id: string, part: Partial<Upload>): void {
    this.store.update((all) => all.map((one) => (one.id === id ? { ...one, ...part } : one)));
  }
}
