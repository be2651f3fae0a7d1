import { Fragment, type ReactElement, type ReactNode } from 'react';
import { mentionSpans } from '../client/home/mentions';
import { linkify } from './linkify';

export interface Mentioned {
  readonly id: string;
  readonly name: string;
}

export interface LinkedTextProps {
  text: string;
  /** Whose names in it are marked. */
  mentioned?: readonly Mentioned[];
  me?: string;
}

/** What somebody wrote, with the web addresses in it as links. */
export function LinkedText({ text, mentioned = [], me }: LinkedTextProps): ReactElement {
  return (
    <p className="message-text" dir="auto">
      {linkify(text).map((part, index) =>
        part.href === null ? (
          <Fragment key={index}>{marked(part.text, mentioned, me)}</Fragment>
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ),
      )}
    </p>
  );
}

function marked(text: string, mentioned: readonly Mentioned[], me: string | undefined): ReactNode[] {
  const parts: ReactNode[] = [];
  let from = 0;
  for (const { from: at, to, ids } of mentionSpans(text, mentioned)) {
    parts.push(text.slice(from, at));
    const isMe = me !== undefined && ids.includes(me);
    parts.push(
      <strong key={at} className="mention" data-me={isMe}>
        {text.slice(at, to)}
      </strong>,
    );
    from = to;
  }
  return [...parts, text.slice(from)];
}
