import type { ReactElement } from 'react';
import { linkify } from './linkify';

/** What somebody wrote, with the web addresses in it as links. */
export function LinkedText({ text }: { text: string }): ReactElement {
  return (
    <p className="message-text" dir="auto">
      {linkify(text).map((part, index) =>
        part.href === null ? (
          part.text
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ),
      )}
    </p>
  );
}
