import { type ReactElement, type RefObject, type SubmitEvent, useState } from 'react';
import type { Home } from '../../client/home/home';
import { IconButton } from '../IconButton';
import { useSelected } from '../useSelected';
import { PersonAvatar } from './PersonAvatar';

export interface NewGroupDialogProps {
  home: Home;
  dialog: RefObject<HTMLDialogElement | null>;
}

export function NewGroupDialog({ home, dialog }: NewGroupDialogProps): ReactElement {
  const contacts = useSelected(home.store, (state) => state.contacts);
  const [title, setTitle] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const toggle = (id: string): void =>
    setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const create = (event: SubmitEvent): void => {
    event.preventDefault();
    home.createGroup(title.trim(), chosen);
    setTitle('');
    setChosen([]);
    dialog.current?.close();
  };
  return (
    <dialog ref={dialog} className="settings" aria-label="New group">
      <div className="panel-head">
        <h2>New group</h2>
        <IconButton icon="close" label="Close" className="quiet" onClick={() => dialog.current?.close()} />
      </div>
      <form className="settings-body" onSubmit={create}>
        <label htmlFor="group-title">
          <h3>Name</h3>
        </label>
        <input
          id="group-title"
          data-testid="group-title"
          maxLength={256}
          dir="auto"
          placeholder="Soup club"
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <h3>People</h3>
        {contacts.length === 0 && <p className="settings-note">Add people to your list first: they appear here.</p>}
        <ul className="choose-people">
          {contacts.map((person) => (
            <li key={person.id}>
              <label className="switch">
                <input type="checkbox" checked={chosen.includes(person.id)} onChange={() => toggle(person.id)} />
                <PersonAvatar person={person} size="small" />
                <span dir="auto">{person.name}</span>
              </label>
            </li>
          ))}
        </ul>
        <button type="submit" className="button primary" data-testid="create-group" disabled={title.trim() === ''}>
          Create group
        </button>
      </form>
    </dialog>
  );
}
