import { type ReactElement, type ReactNode, useLayoutEffect, useRef } from 'react';

export interface QuestionDialogProps {
  question: string;
  /** What is to be known about it. */
  children: ReactNode;
  no: string;
  yes: string;
  /** Of the buttons: with `-no` and `-yes`. */
  testId: string;
  onYes: () => void;
  /** However it was answered. */
  onClose: () => void;
}

/** Asks once about what cannot be undone. */
export function QuestionDialog({ question, children, no, yes, testId, onYes, onClose }: QuestionDialogProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="settings question" aria-label={question} onClose={onClose} data-testid={testId}>
      <div className="panel-head">
        <h2>{question}</h2>
      </div>
      <div className="settings-body">
        {children}
        <div className="question-buttons">
          <button type="button" className="button" data-testid={`${testId}-no`} onClick={() => dialog.current?.close()}>
            {no}
          </button>
          <button
            type="button"
            className="button danger"
            data-testid={`${testId}-yes`}
            onClick={() => {
              dialog.current?.close();
              onYes();
            }}
          >
            {yes}
          </button>
        </div>
      </div>
    </dialog>
  );
}
