import { type ReactElement, useRef, useState } from 'react';
import type { CallMeeting } from '../../client/calls/callMeeting';
import type { Home } from '../../client/home/home';
import { PersonAvatar } from '../home/PersonAvatar';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useSelected } from '../useSelected';
import { useStore } from '../useStore';

/** Rings further people; a call of two moves to the media server by itself then. */
export function AddPeople({ meeting, home }: { meeting: CallMeeting; home: Home }): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" className="button" data-testid="add-people" onClick={() => dialog.current?.showModal()}>
        <Icon name="plus" size={20} /> Add people
      </button>
      <dialog ref={dialog} className="settings" aria-label="Add people to the call">
        <div className="panel-head">
          <h2>Add people</h2>
          <IconButton icon="close" label="Close" className="quiet" onClick={() => dialog.current?.close()} />
        </div>
        <Candidates meeting={meeting} home={home} onDone={() => dialog.current?.close()} />
      </dialog>
    </>
  );
}

interface CandidatesProps {
  meeting: CallMeeting;
  home: Home;
  onDone: () => void;
}

function Candidates({ meeting, home, onDone }: CandidatesProps): ReactElement {
  const { parties } = useStore(meeting.session.record);
  const contacts = useSelected(home.store, (state) => state.contacts);
  const found = useSelected(home.store, (state) => state.found);
  const [query, setQuery] = useState('');
  const inside = new Set(parties.filter(({ state }) => state === 'joined' || state === 'ringing').map(({ user }) => user));
  const shown = (found ?? contacts).filter(({ id }) => !inside.has(id));
  return (
    <div className="settings-body">
      <label className="visually-hidden" htmlFor="call-people">
        Find people by name
      </label>
      <input
        id="call-people"
        type="search"
        data-testid="call-people-search"
        placeholder="Find people by name"
        autoComplete="off"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          home.search(event.target.value.trim());
        }}
      />
      <ul className="choose-people">
        {shown.map((person) => (
          <li key={person.id}>
            <button
              type="button"
              className="row-button"
              data-testid="invite"
              onClick={() => {
                meeting.invite(person.id);
                setQuery('');
                home.search('');
                onDone();
              }}
            >
              <PersonAvatar person={person} size="small" />
              <span dir="auto">{person.name}</span>
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="settings-note">Type a name to find somebody.</p>}
    </div>
  );
}
