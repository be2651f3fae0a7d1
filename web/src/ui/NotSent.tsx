import type { ReactElement } from 'react';

interface NotSentProps {
  /** Why, in the server's words. */
  problem: string | undefined;
  onResend: () => void;
  /** Where it can be given up. */
  onDiscard?: () => void;
}

/** Under a message of one's own that the server refused or did not get. */
export function NotSent({ problem, onResend, onDiscard }: NotSentProps): ReactElement {
  return (
    <p className="message-problem">
      <span dir="auto">Not sent.{problem !== undefined && ` ${problem}`}</span>{' '}
      <button type="button" className="text-button" onClick={onResend}>
        Send again
      </button>
      {onDiscard !== undefined && (
        <button type="button" className="text-button" data-testid="discard" onClick={onDiscard}>
          Discard
        </button>
      )}
    </p>
  );
}
