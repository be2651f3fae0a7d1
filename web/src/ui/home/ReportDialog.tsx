import { type ReactElement, type SubmitEvent, useLayoutEffect, useRef, useState } from 'react';
import { IconButton } from '../IconButton';

const MAX_REASON = 2_000;

export interface ReportDialogProps {
  sender: string;
  onSend: (reason: string) => void;
  onClose: () => void;
}

/** Why a message is reported, in one's own words. */
export function ReportDialog({ sender, onSend, onClose }: ReportDialogProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  useLayoutEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    onSend(reason.trim());
    dialog.current?.close();
  };
  return (
    <dialog ref={dialog} className="settings" aria-label="Report a message" onClose={onClose}>
      <div className="panel-head">
        <h2>Report a message</h2>
        <IconButton icon="close" label="Close" className="quiet" onClick={() => dialog.current?.close()} />
      </div>
      <form className="settings-body" onSubmit={send}>
        <p className="settings-note">
          Those who look after this place will see the message of <span dir="auto">{sender}</span> as it is now, and that it was you who
          reported it.
        </p>
        <label htmlFor="report-reason">
          <h3>What is wrong with it?</h3>
        </label>
        <textarea
          id="report-reason"
          data-testid="report-reason"
          rows={3}
          maxLength={MAX_REASON}
          dir="auto"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <button type="submit" className="button primary" data-testid="report-send">
          Send report
        </button>
      </form>
    </dialog>
  );
}
