import { CommandError } from '@tureen/client';
import { Store } from '../store';
import type { Notice } from './homeState';

const MOST = 3;

/** What a person should know and may dismiss. */
export class NoticeBoard {
  readonly store = new Store<readonly Notice[]>([]);
  #next = 1;

  add(tone: Notice['tone'], text: string, hint: string | null = null): void {
    this.store.update((all) => [...all, { id: this.#next, tone, text, hint }].slice(-MOST));
    this.#next += 1;
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
