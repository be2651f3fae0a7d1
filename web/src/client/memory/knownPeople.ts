import { Store } from '../store';
import type { TextStorage } from './preferences';

/** Somebody who was signed in in this browser. */
export interface KnownPerson {
  readonly user: string;
  readonly name: string;
}

const KEY = 'tureen.known';
const MOST = 6;
const LONGEST = 256;

/** Who this browser was, the last one first: whoever comes back is the same person, with all that was theirs. */
export class KnownPeople extends Store<readonly KnownPerson[]> {
  readonly #storage: TextStorage | null;

  constructor(storage: TextStorage | null) {
    super(readUntrusted(storage?.getItem(KEY) ?? null));
    this.#storage = storage;
  }

  remember({ user, name }: KnownPerson): void {
    this.#keep([{ user, name }, ...this.get().filter((one) => one.user !== user)].slice(0, MOST));
  }

  forget(user: string): void {
    this.#keep(this.get().filter((one) => one.user !== user));
  }

  /** Who had this name here last. */
  named(name: string): KnownPerson | null {
    const wanted = plain(name);
    return this.get().find((one) => plain(one.name) === wanted) ?? null;
  }

  #keep(people: readonly KnownPerson[]): void {
    this.set(people);
    try {
      if (people.length === 0) this.#storage?.removeItem(KEY);
      else this.#storage?.setItem(KEY, JSON.stringify(people));
    } catch {
      // Storage is full or forbidden: it holds for this page.
    }
  }
}

/** Names that look the same are the same. */
function plain(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

function readUntrusted(stored: string | null): KnownPerson[] {
  try {
    const read: unknown = JSON.parse(stored ?? '[]');
    if (!Array.isArray(read)) return [];
    return read.filter(isPerson).slice(0, MOST).map(({ user, name }) => ({ user, name }));
  } catch {
    return []; // not ours, or damaged
  }
}

function isPerson(one: unknown): one is KnownPerson {
  if (typeof one !== 'object' || one === null || !('user' in one) || !('name' in one)) return false;
  const { user, name } = one;
  return [user, name].every((text) => typeof text === 'string' && text !== '' && text.length <= LONGEST);
}
