import type { ReactElement } from 'react';
import { PersonAvatar } from './PersonAvatar';
import type { MentionPicker } from './useMentionPicker';

/** The members that an "@" may mean, above the field; the field keeps the focus. */
export function MentionList({ id, picker }: { id: string; picker: MentionPicker }): ReactElement {
  const { suggestions, chosen, pick } = picker;
  return (
    <>
      <p className="visually-hidden" role="status">
        {suggestions.length > 0 && `${suggestions.length} ${suggestions.length === 1 ? 'name' : 'names'} to choose from`}
      </p>
      {suggestions.length > 0 && (
        <ul id={id} className="mention-list" role="listbox" aria-label="Mention somebody" data-testid="mention-list">
          {suggestions.map((person, at) => (
            <li
              key={person.id}
              id={optionId(id, at)}
              role="option"
              aria-selected={at === chosen}
              // Pressing must not take the focus, and with it a phone's keyboard, from the field.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => pick(person)}
            >
              <PersonAvatar person={person} size="small" />
              <span dir="auto">{person.name}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function optionId(id: string, at: number): string {
  return `${id}-${at}`;
}
