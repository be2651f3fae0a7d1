import { CommandError } from '@tureen/client';
import { Store } from '../store';
import type { Notice } from './homeState';

const MOST = 3;
/** Long enough to be read; what it says is elsewhere too. */
const LASTS_MS = 8_000;

/** What a person should know and may dismiss. */
export class NoticeBoard {
  readonly store = new Store<readonly Notice[]>([]);
  #next = 1;

  /** What is good to know goes by itself; a problem stays until somebody has seen it. */
  add(tone: Notice['tone'], text: string, hint: string | null = null): void {
    const id = this.#next;
    this.store.update((all) => [...all, { id, tone, text, hint }].slice(-MOST));
    this.#next += 1;
    if (tone === 'info') setTimeout(() => this.dismiss(id), LASTS_MS);
  }

  dismiss(id: number): void {
    this.store.update((all) => all.filter((one) => one.id !== id));
  }

  /** What the server refused. Everything else is a defect, which is not hidden. */
  readonly report = (error: unknown): void => {
    if (!(error instanceof CommandError)) throw error;
    this.add('problem', error.message, error.hint === '' ? null : error.hint);
  };
}
