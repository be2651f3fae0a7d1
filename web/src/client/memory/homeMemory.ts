import type { Account } from './account';
import type { Drafts } from './drafts';
import type { PreferenceStore } from './preferences';
import type { SeenCalls } from './seenCalls';

/** What this browser remembers of whoever is at home, and of where they are. */
export interface HomeMemory {
  readonly account: Account;
  readonly preferences: PreferenceStore;
  readonly seenCalls: SeenCalls;
  readonly drafts: Drafts;
}
