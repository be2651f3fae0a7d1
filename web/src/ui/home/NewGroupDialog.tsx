import { type ReactElement, type RefObject, type SubmitEvent, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { PersonView } from '../../client/home/homeState';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { FindPeople } from './FindPeople';
import { PersonAvatar } from './PersonAvatar';

export interface NewGroupDialogProps {
  home: Home;
  dialog: RefObject<HTMLDialogElement | null>;
}

export function NewGroupDialog({ home, dialog }: NewGroupDialogProps): ReactElement {
  const [turn, setTurn] = useState(0);
  return (
    <dialog ref={dialog} className="settings" aria-label="New group" onClose={() => setTurn(turn + 1)}>
      <div className="panel-head">
        <h2>New group</h2>
        <IconButton icon="close" label="Close" className="quiet" onClick={() => dialog.current?.close()} />
      </div>
      <NewGroup key={turn} home={home} onDone={() => dialog.current?.close()} />
    </dialog>
  );
}

function NewGroup({ home, onDone }: { home: Home; onDone: () => void }): ReactElement {
  const [title, setTitle] = useState('');
  const [chosen, setChosen] = useState<readonly PersonView[]>([]);
  const ids = chosen.map(({ id }) => id);
  const create = (event: SubmitEvent): void => {
    event.preventDefault();
    if (title.trim() === '') return;
    home.createGroup(title.trim(), chosen);
    onDone();
  };
  return (
    <form className="settings-body" onSubmit={create}>
      <label htmlFor="group-title">
        <h3>Name</h3>
      </label>
      <input
        id="group-title"
        data-testid="group-title"
        maxLength={256}
        dir="auto"
        autoComplete="off"
        placeholder="Soup club"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <h3>People</h3>
      <Chosen people={chosen} onRemove={(gone) => setChosen(chosen.filter(({ id }) => id !== gone))} />
      <FindPeople
        home={home}
        id="group-people"
        except={new Set([home.store.get().me.id, ...ids])}
        choiceTestId="choose-person"
        onChoose={(person) => setChosen([...chosen, person])}
      />
      <button type="submit" className="button primary" data-testid="create-group" disabled={title.trim() === ''}>
        Create group
      </button>
    </form>
  );
}

function Chosen({ people, onRemove }: { people: readonly PersonView[]; onRemove: (id: string) => void }): ReactElement | null {
  if (people.length === 0) return null;
  return (
    <ul className="chosen-people" aria-label="Chosen people">
      {people.map((person) => (
        <li key={person.id}>
          <button type="button" className="chosen-person" aria-label={`Leave ${person.name} out`} onClick={() => onRemove(person.id)}>
            <PersonAvatar person={person} size="small" withPresence={false} />
            <span dir="auto">{person.name}</span>
            <Icon name="close" size={16} />
          </button>
        </li>
      ))}
    </ul>
  );
}
