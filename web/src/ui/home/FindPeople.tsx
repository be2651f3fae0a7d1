import { type ReactElement, useEffect, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { PersonView } from '../../client/home/homeState';
import { useSelected } from '../useSelected';
import { PersonAvatar } from './PersonAvatar';

export interface FindPeopleProps {
  home: Home;
  /** Of the field, distinct on the page. */
  id: string;
  /** Who is not offered, by their ids. */
  except: ReadonlySet<string>;
  /** Of each person who can be chosen. */
  choiceTestId: string;
  onChoose: (person: PersonView) => void;
}

/** Somebody is chosen: from the people one knows, or from all by their names. */
export function FindPeople({ home, id, except, choiceTestId, onChoose }: FindPeopleProps): ReactElement {
  const contacts = useSelected(home.store, (state) => state.contacts);
  const found = useSelected(home.store, (state) => state.found);
  const [query, setQuery] = useState('');
  useEffect(() => () => home.search(''), [home]);
  const search = (typed: string): void => {
    setQuery(typed);
    home.search(typed.trim());
  };
  const searches = query.trim() !== '';
  const offered = searches ? found : contacts;
  const shown = (offered ?? []).filter((person) => !except.has(person.id) && !person.isBlocked);
  return (
    <div className="find-people">
      <label className="visually-hidden" htmlFor={id}>
        Find people by name
      </label>
      <input
        id={id}
        type="search"
        data-testid={`${id}-search`}
        placeholder="Find people by name"
        autoComplete="off"
        dir="auto"
        maxLength={200}
        value={query}
        onChange={(event) => search(event.target.value)}
        // Whoever presses Enter has finished typing; it must not submit what is around the field.
        onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      />
      <ul className="choose-people" aria-label={searches ? 'Found people' : 'Your people'}>
        {shown.map((person) => (
          <li key={person.id}>
            <button
              type="button"
              className="row-button"
              data-testid={choiceTestId}
              onClick={() => {
                search('');
                onChoose(person);
              }}
            >
              <PersonAvatar person={person} size="small" />
              <span dir="auto">{person.name}</span>
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && offered !== null && (
        <p className="settings-note">{searches ? 'Nobody else of this name is here.' : 'Type a name to find somebody.'}</p>
      )}
    </div>
  );
}
