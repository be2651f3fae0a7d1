import type { Chat, Connection, Pages } from '@tureen/client';
import type { Drafts } from '../memory/drafts';
import type { ServerFacts } from '../serverFacts';

/** Where something stands. */
export interface MessagePlace {
  readonly id: string;
  readonly seq: number;
}

export interface OpenTalkParts {
  readonly connection: Connection;
  readonly chat: Chat;
  readonly pages: Pages;
  readonly me: string;
  readonly nameOf: (user: string) => string;
  readonly drafts: Drafts;
  readonly facts: ServerFacts;
  readonly report: (error: unknown) => void;
  readonly inform: (text: string) => void;
  /** Called when anything of it has changed. */
  readonly tell: () => void;
}
