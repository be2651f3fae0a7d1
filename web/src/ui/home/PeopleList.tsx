import { type ReactElement, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { PersonView } from '../../client/home/homeState';
import { IconButton } from '../IconButton';
import { useNow } from '../useNow';
import { useSelected } from '../useSelected';
import { PersonAvatar } from './PersonAvatar';
import { presenceWords } from './words';

export interface PeopleListProps {
  home: Home;
  onOpened: () => void;
}

export function PeopleList({ home, onOpened }: PeopleListProps): ReactElement {
  const contacts = useSelected(home.store, (state) => state.contacts);
  const found = useSelected(home.store, (state) => state.found);
  const [query, setQuery] = useState('');
  const shown = found ?? contacts;
  const write = (user: string): void => {
    home.writeTo(user);
    onOpened();
  };
  return (
    <div className="home-list">
      <search className="home-search">
        <label className="visually-hidden" htmlFor="people-query">
          Find people by name
        </label>
        <input
          id="people-query"
          type="search"
          data-testid="people-search"
          placeholder="Find people by name"
          autoComplete="off"
          dir="auto"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            home.search(event.target.value.trim());
          }}
        />
      </search>
      <ul className="rows" aria-label={found === null ? 'Your people' : 'Found people'} data-testid="people">
        {shown.map((person) => (
          <PersonRow key={person.id} person={person} home={home} onWrite={() => write(person.id)} />
        ))}
      </ul>
      {shown.length === 0 && (
        <p className="home-empty">
          {found === null ? 'Your list is empty. Find people by their names.' : 'Nobody of this name is here.'}
        </p>
      )}
    </div>
  );
}

interface PersonRowProps {
  person: PersonView;
  home: Home;
  onWrite: () => void;
}

function PersonRow({ person, home, onWrite }: PersonRowProps): ReactElement {
  const { id, name, isContact, isBlocked } = person;
  const now = useNow();
  return (
    <li className="person-row" data-testid="person">
      <button type="button" className="row-button" onClick={onWrite}>
        <PersonAvatar person={person} />
        <span className="row-text">
          <strong dir="auto">{name}</strong>
          <span className="row-last" dir="auto">
            {presenceWords(person, now)}
          </span>
        </span>
      </button>
      {!isBlocked && (
        <>
          <IconButton icon="phone" label={`Call ${name}`} className="quiet" onClick={() => home.call([id], 'audio')} />
          <IconButton
            icon="camera"
            label={`Video call with ${name}`}
            className="quiet"
            onClick={() => home.call([id], 'video')}
          />
        </>
      )}
      {!isContact && (
        <IconButton icon="plus" label={`Put ${name} on your list`} className="quiet" onClick={() => home.addContact(id)} />
      )}
    </li>
  );
}
