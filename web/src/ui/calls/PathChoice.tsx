import { type ReactElement, useRef } from 'react';
import type { CallMeeting } from '../../client/calls/callMeeting';
import type { CallPath, PathKind } from '../../client/calls/callPath';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useStore } from '../useStore';

const WORDS = {
  direct: {
    mark: 'Direct',
    opening: 'Connecting directly…',
    meaning: 'Picture and sound go straight between the two of you.',
    change: 'Connect directly',
    effect: 'Without the server between you, picture and sound travel a shorter way. If that does not work here, the call stays as it is.',
  },
  room: {
    mark: 'Through the server',
    opening: 'Moving to the server…',
    meaning: 'Picture and sound go through the server.',
    change: 'Use the server',
    effect: 'The server can help where the connection between the two of you is poor.',
  },
} as const;

/** How the media flows, as a quiet mark; who presses it may change that. The call goes on meanwhile. */
export function PathChoice({ meeting }: { meeting: CallMeeting }): ReactElement | null {
  const path = useStore(meeting.path);
  const dialog = useRef<HTMLDialogElement>(null);
  if (path === null) return null;
  const { mark, opening } = WORDS[path.kind];
  return (
    <>
      <button
        type="button"
        className="button quiet-mark"
        data-testid="call-path"
        data-path={path.kind}
        data-open={path.isOpen}
        onClick={() => dialog.current?.showModal()}
      >
        <Icon name={path.kind === 'direct' ? 'direct' : 'server'} size={18} />
        <span role="status">{path.isOpen ? mark : opening}</span>
      </button>
      <dialog ref={dialog} className="settings" aria-label="How this call flows">
        <div className="panel-head">
          <h2>How this call flows</h2>
          <IconButton icon="close" label="Close" className="quiet" onClick={() => dialog.current?.close()} />
        </div>
        <Choice
          path={path}
          onChange={(other) => {
            meeting.move(other);
            dialog.current?.close();
          }}
        />
      </dialog>
    </>
  );
}

function Choice({ path, onChange }: { path: CallPath; onChange: (other: PathKind) => void }): ReactElement {
  const { kind, other } = path;
  return (
    <div className="settings-body">
      <p>{WORDS[kind].meaning}</p>
      {other === null ? (
        <p className="settings-note">{path.isOpen ? 'More than two people meet at the server.' : 'One moment…'}</p>
      ) : (
        <>
          <p className="settings-note">{WORDS[other].effect}</p>
          <button type="button" className="button" data-testid="call-path-change" onClick={() => onChange(other)}>
            {WORDS[other].change}
          </button>
        </>
      )}
    </div>
  );
}
