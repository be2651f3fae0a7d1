import { type ReactElement, useEffect, useRef } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { LostReason } from '../../client/meeting/meetingState';
import { Icon } from '../icons';
import { useSelected } from '../useSelected';

const LOST: Record<LostReason, { title: string; hint: string; rejoin: string }> = {
  network: { title: 'The connection was lost', hint: 'Check your network, then come back in.', rejoin: 'Rejoin' },
  duplicate: { title: 'You joined from somewhere else', hint: 'This place was taken over there.', rejoin: 'Join here' },
  removed: { title: 'You were removed', hint: 'Somebody who runs the meeting ended your stay.', rejoin: 'Ask again' },
  ended: { title: 'The meeting has ended', hint: 'It was closed for everybody.', rejoin: 'Open it again' },
  server_stopped: { title: 'The server is restarting', hint: 'Give it a moment, then come back in.', rejoin: 'Rejoin' },
};

export interface ConnectionBannerProps {
  meeting: Meeting;
  onRejoin: () => void;
}

/** Everything that stands between the person and the meeting: a broken line, or sound that the browser holds back. */
export function ConnectionBanner({ meeting, onRejoin }: ConnectionBannerProps): ReactElement | null {
  const connection = useSelected(meeting.store, (state) => state.connection);
  const soundBlocked = useSelected(meeting.store, (state) => state.soundBlocked);
  if (connection.kind === 'lost') return <Lost reason={connection.reason} onRejoin={onRejoin} />;
  if (connection.kind === 'reconnecting') {
    return (
      <div className="banner">
        <span className="spinner" aria-hidden="true" /> The connection broke. Reconnecting…
      </div>
    );
  }
  if (soundBlocked) {
    return (
      <button type="button" className="banner banner-action" data-testid="unblock-sound" onClick={() => meeting.unblockSound()}>
        <Icon name="sound" size={20} /> Click to hear the others
      </button>
    );
  }
  return null;
}

function Lost({ reason, onRejoin }: { reason: LostReason; onRejoin: () => void }): ReactElement {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  const { title, hint, rejoin } = LOST[reason];
  return (
    <dialog
      ref={ref}
      className="lost"
      aria-labelledby="lost-title"
      aria-describedby="lost-hint"
      onCancel={(event) => event.preventDefault()}
    >
      <h2 id="lost-title">{title}</h2>
      <p id="lost-hint">{hint}</p>
      <div className="row">
        <button type="button" className="button primary" data-testid="rejoin" onClick={onRejoin}>
          {rejoin}
        </button>
        <a className="button" href="/">
          Home
        </a>
      </div>
    </dialog>
  );
}
