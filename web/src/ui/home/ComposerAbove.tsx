import type { ReactElement } from 'react';
import { IconButton } from '../IconButton';

export interface ComposerAboveProps {
  /** What is answered or edited; null while a new message is written. */
  message: { readonly text: string; readonly isOwn: boolean; readonly name: string } | null;
  editing: boolean;
  onStop: () => void;
}

export function ComposerAbove({ message, editing, onStop }: ComposerAboveProps): ReactElement | null {
  if (message === null) return null;
  const whom = message.isOwn ? 'yourself' : message.name;
  return (
    <div className="composer-above">
      <blockquote className="quote">
        <strong>{editing ? 'Edit your message' : `Reply to ${whom}`}</strong>
        <span dir="auto">{message.text}</span>
      </blockquote>
      <IconButton icon="close" label={editing ? 'Stop editing' : 'Do not reply'} className="quiet" onClick={onStop} />
    </div>
  );
}
