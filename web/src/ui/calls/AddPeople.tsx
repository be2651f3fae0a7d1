import { type ReactElement, useRef, useState } from 'react';
import type { CallMeeting } from '../../client/calls/callMeeting';
import type { Home } from '../../client/home/home';
import { FindPeople } from '../home/FindPeople';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useStore } from '../useStore';

/** Rings further people; a call of two moves to the media server by itself then. */
export function AddPeople({ meeting, home }: { meeting: CallMeeting; home: Home }): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const { parties } = useStore(meeting.session.record);
  const [turn, setTurn] = useState(0);
  const inside = parties.filter(({ state }) => state === 'joined' || state === 'ringing').map(({ user }) => user);
  return (
    <>
      <button type="button" className="button" data-testid="add-people" onClick={() => dialog.current?.showModal()}>
        <Icon name="plus" size={20} /> Add people
      </button>
      <dialog ref={dialog} className="settings" aria-label="Add people to the call" onClose={() => setTurn(turn + 1)}>
        <div className="panel-head">
          <h2>Add people</h2>
          <IconButton icon="close" label="Close" className="quiet" onClick={() => dialog.current?.close()} />
        </div>
        <div className="settings-body">
          <FindPeople
            key={turn}
            home={home}
            id="call-people"
            except={new Set(inside)}
            choiceTestId="invite"
            onChoose={({ id }) => {
              meeting.invite(id);
              dialog.current?.close();
            }}
          />
        </div>
      </dialog>
    </>
  );
}
