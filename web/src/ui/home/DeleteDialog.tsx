import { type ReactElement, useLayoutEffect, useRef } from 'react';

export interface DeleteDialogProps {
  /** Of the message. */
  text: string;
  onDelete: () => void;
  onClose: () => void;
}

/** What is deleted for everyone does not come back: it is asked about once. */
export function DeleteDialog({ text, onDelete, onClose }: DeleteDialogProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="settings question" aria-label="Delete a message" onClose={onClose} data-testid="delete-dialog">
      <div className="panel-head">
        <h2>Delete for everyone?</h2>
      </div>
      <div className="settings-body">
        {text !== '' && (
          <blockquote className="question-text" dir="auto">
            {text}
          </blockquote>
        )}
        <p className="settings-note">It goes from the conversation, here and for all others, and does not come back.</p>
        <div className="question-buttons">
          <button type="button" className="button" data-testid="delete-keep" onClick={() => dialog.current?.close()}>
            Keep it
          </button>
          <button
            type="button"
            className="button danger"
            data-testid="delete-confirm"
            onClick={() => {
              dialog.current?.close();
              onDelete();
            }}
          >
            Delete
          </button>
        </div>
      </div>
    </dialog>
  );
}
