import type { ReactElement } from 'react';
import { QuestionDialog } from './QuestionDialog';

export interface DeleteDialogProps {
  /** Of the message. */
  text: string;
  onDelete: () => void;
  onClose: () => void;
}

export function DeleteDialog({ text, onDelete, onClose }: DeleteDialogProps): ReactElement {
  return (
    <QuestionDialog question="Delete for everyone?" no="Keep it" yes="Delete" testId="delete" onYes={onDelete} onClose={onClose}>
      {text !== '' && (
        <blockquote className="question-text" dir="auto">
          {text}
        </blockquote>
      )}
      <p className="settings-note">It goes from the conversation, here and for all others, and does not come back.</p>
    </QuestionDialog>
  );
}
