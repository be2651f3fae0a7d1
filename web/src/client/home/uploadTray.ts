import { CommandError, type Connection, upload } from '@tureen/client';
import type { ServerFacts } from '../serverFacts';
import { Store } from '../store';
import { fileProblem, refusedFileWords } from './fileProblem';
import type { UploadView } from './homeState';
import { privatePicture } from './privatePicture';

/** Sends files, by their ids at the server. */
export type PostFiles = (attachments: string[]) => void;

interface Upload extends UploadView {
  /** Of the server, once it has all of the file. */
  readonly attachment: string | null;
  readonly abort: AbortController;
  /** It was sent before it was ready, and goes by this as soon as it is; null: it waits for the next message. */
  readonly post: PostFiles | null;
}

let number = 0;

/** Files that are to go with the next message of a conversation. */
export class UploadTray {
  readonly store = new Store<readonly Upload[]>([]);
  readonly #connection: Connection;
  readonly #conversation: string;
  readonly #facts: ServerFacts;
  readonly #report: (error: CommandError) => void;
  #over = false;

  /** `report`: told of a file that was sent, and could not be uploaded after the tray had ended. */
  constructor(connection: Connection, conversation: string, facts: ServerFacts, report: (error: CommandError) => void = () => undefined) {
    this.#connection = connection;
    this.#conversation = conversation;
    this.#facts = facts;
    this.#report = report;
  }

  add(files: readonly File[]): void {
    for (const file of files) void this.#upload(file);
  }

  remove(id: string): void {
    const gone = this.#find(id);
    gone?.abort.abort();
    if (gone?.preview != null) URL.revokeObjectURL(gone.preview);
    this.store.update((all) => all.filter((one) => one.id !== id));
  }

  /** The files that can be sent; they leave the tray. Those that are on their way go by `post`, each when it is ready. */
  take(post: PostFiles): string[] {
    const ready = this.store.get().filter(({ attachment }) => attachment !== null);
    for (const { id } of ready) this.remove(id);
    this.store.update((all) => all.map((one) => (one.problem === null && one.post === null ? { ...one, post, isSent: true } : one)));
    return ready.flatMap(({ attachment }) => attachment ?? []);
  }

  /** What was sent goes on. */
  end(): void {
    this.#over = true;
    for (const { id, post, problem } of this.store.get()) if (post === null || problem !== null) this.remove(id);
  }

  async #upload(file: File): Promise<void> {
    number += 1;
    const id = `upload ${number}`;
    const abort = new AbortController();
    const { name, size: sizeBytes } = file;
    const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : null;
    const begun = { id, name, sizeBytes, progress: 0, problem: null, preview, isSent: false, attachment: null, abort, post: null };
    this.store.update((all) => [...all, begun]);
    try {
      const problem = fileProblem(sizeBytes, await this.#facts.maxFileBytes());
      if (problem !== null) {
        this.#fail(id, problem);
        return;
      }
      const { id: attachment } = await upload(this.#connection, this.#conversation, await privatePicture(file), {
        signal: abort.signal,
        // All of it is not yet ready: the server looks into it first.
        onProgress: (sent, total) => this.#change(id, { progress: Math.min(0.99, sent / total) }),
      });
      this.#finish(id, attachment);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#fail(id, error instanceof CommandError ? refusedFileWords(error) : 'It could not be uploaded.');
    }
  }

  #finish(id: string, attachment: string): void {
    const post = this.#find(id)?.post ?? null;
    if (post === null) this.#change(id, { attachment, progress: 1 });
    else {
      this.remove(id);
      post([attachment]);
    }
  }

  /** It stays, and says why; sent again it would fail again. */
  #fail(id: string, problem: string): void {
    const failed = this.#find(id);
    this.#change(id, { problem, post: null, isSent: false });
    if (!this.#over || failed === undefined) return;
    this.remove(id);
    this.#report(new CommandError('unavailable', `${failed.name} was not sent.`, { hint: problem }));
  }

  #find(id: string): Upload | undefined {
    return this.store.get().find((one) => one.id === id);
  }

  #change(id: string, part: Partial<Upload>): void {
    this.store.update((all) => all.map((one) => (one.id === id ? { ...one, ...part } : one)));
  }
}
