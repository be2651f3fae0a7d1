import type { AttachmentView, Entry } from './homeState';

/** A picture of a conversation, and whose it is. */
export interface ShownPicture {
  readonly message: string;
  readonly sender: string;
  readonly atMs: number;
  readonly file: AttachmentView;
}

/** An address that ends sooner is as good as none: a download takes a moment to begin. */
const MARGIN_MS = 10_000;

export function isPicture({ thumbnailUrl }: AttachmentView): boolean {
  return thumbnailUrl !== '';
}

interface WithFiles {
  readonly id: string;
  readonly atMs: number;
  readonly attachments?: readonly AttachmentView[];
}

/** The pictures of messages, in their order. */
export function picturesOf<T extends WithFiles>(messages: readonly T[], senderOf: (message: T) => string): ShownPicture[] {
  return messages.flatMap((message) =>
    (message.attachments ?? []).filter(isPicture).map((file) => ({ message: message.id, sender: senderOf(message), atMs: message.atMs, file })),
  );
}

/** All pictures among the entries, in their order. */
export function picturesIn(entries: readonly Entry[]): ShownPicture[] {
  const messages = entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []));
  return picturesOf(messages, ({ isOwn, sender }) => (isOwn ? 'You' : sender.name));
}

/** Whether a signed address has ended, or is about to, by its own word. */
export function isStale(url: string, nowMs: number): boolean {
  const until = /[?&]exp=(\d+)/.exec(url)?.[1];
  return until !== undefined && Number(until) - MARGIN_MS < nowMs;
}
