import { type ReactElement, useState } from 'react';
import type { Home } from '../../client/home/home';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';

/** Searches people and messages as it is typed. */
export function SearchField({ home }: { home: Home }): ReactElement {
  const [query, setQuery] = useState(() => home.store.get().search?.query ?? '');
  const change = (typed: string): void => {
    setQuery(typed);
    home.searchAll(typed);
  };
  return (
    <search className="home-search">
      <label className="visually-hidden" htmlFor="search-query">
        Search people and messages
      </label>
      <span className="search-field">
        <Icon name="search" size={20} />
        <input
          id="search-query"
          type="search"
          data-testid="search"
          placeholder="Search people and messages"
          autoComplete="off"
          enterKeyHint="search"
          maxLength={200}
          dir="auto"
          value={query}
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && change('')}
        />
        {query !== '' && <IconButton icon="close" label="Clear the search" className="quiet" onClick={() => change('')} />}
      </span>
    </search>
  );
}
