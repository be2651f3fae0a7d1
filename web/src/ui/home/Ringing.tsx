import { type KeyboardEvent, type ReactElement, useRef, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { RingingCall } from '../../client/home/callViews';
import { Icon } from '../icons';
import { useModal } from '../useModal';
import { useSelected } from '../useSelected';
import { EarlyKeys } from './earlyKeys';
import { PersonAvatar } from './PersonAvatar';
import { ringingWords } from './words';

/** Calls that ring: the first over everything, further ones wait below it. */
export function Ringing({ home }: { home: Home }): ReactElement | null {
  const ringing = useSelected(home.store, (state) => state.ringing);
  const [first] = ringing;
  return first === undefined ? null : <Incoming key={first.id} call={first} waiting={ringing.length - 1} home={home} />;
}

function Incoming({ call, waiting, home }: { call: RingingCall; waiting: number; home: Home }): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog);
  const [early] = useState(() => new EarlyKeys(performance.now()));
  const handleKey = (event: KeyboardEvent): void => {
    if (early.refuses(event)) event.preventDefault();
  };
  const { id, caller, media, leaves } = call;
  return (
    <dialog
      ref={dialog}
      className="ringing"
      tabIndex={-1}
      aria-labelledby="ringing-name"
      aria-describedby="ringing-words ringing-leaves"
      data-testid="ringing"
      onKeyDownCapture={handleKey}
      onKeyUpCapture={handleKey}
    >
      <div className="ringing-picture">
        <PersonAvatar person={caller} size="large" withPresence={false} />
      </div>
      <h2 id="ringing-name" dir="auto">
        {caller.name}
      </h2>
      <p id="ringing-words">
        {ringingWords(call)}
      </p>
      {leaves !== null && (
        <p id="ringing-leaves" className="ringing-waiting" dir="auto">
          Answering takes you out of the call with {leaves}.
        </p>
      )}
      {waiting > 0 && <p className="ringing-waiting">{waiting === 1 ? 'One more call waits' : `${waiting} more calls wait`}</p>}
      <div className="ringing-actions">
        <Answer tone="danger" icon="leave" label="Decline" testId="reject" onClick={() => home.reject(id)} />
        {media === 'video' && (
          <Answer tone="plain" icon="phone" label="Sound only" testId="accept-audio" onClick={() => home.accept(id, 'audio')} />
        )}
        <Answer
          tone="good"
          icon={media === 'video' ? 'camera' : 'phone'}
          label={leaves === null ? 'Answer' : 'End and answer'}
          testId="accept"
          onClick={() => home.accept(id, media)}
        />
      </div>
    </dialog>
  );
}

interface AnswerProps {
  tone: 'danger' | 'plain' | 'good';
  icon: 'leave' | 'phone' | 'camera';
  label: string;
  testId: string;
  onClick: () => void;
}

function Answer({ tone, icon, label, testId, onClick }: AnswerProps): ReactElement {
  return (
    <button type="button" className="answer" data-tone={tone} data-testid={testId} onClick={onClick}>
      <span className="answer-round">
        <Icon name={icon} size={28} />
      </span>
      {label}
    </button>
  );
}
