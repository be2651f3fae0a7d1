import type { ReactElement } from 'react';
import type { QuoteView } from '../../client/home/homeState';

/** What a message answers. */
export function Quote({ quote: { name, text } }: { quote: QuoteView }): ReactElement {
  return (
    <blockquote className="quote">
      <strong dir="auto">{name}</strong>
      <span dir="auto">{text}</span>
    </blockquote>
  );
}
