import type { ReactElement } from 'react';
import type { KnownPerson } from '../client/memory/knownPeople';
import { IconButton } from '../ui/IconButton';
import { Avatar } from '../ui/stage/Avatar';

interface KnownPersonsProps {
  people: readonly KnownPerson[];
  onContinue: (person: KnownPerson) => void;
  onForget: (person: KnownPerson) => void;
}

/** Who was signed in here before: as themselves they find what was theirs, by their names they would be somebody new. */
export function KnownPersons({ people, onContinue, onForget }: KnownPersonsProps): ReactElement | null {
  if (people.length === 0) return null;
  return (
    <ul className="known-people" aria-label="Signed in here before">
      {people.map((person) => (
        <li key={person.user}>
          <button type="button" className="button" data-testid="continue-as" onClick={() => onContinue(person)}>
            <Avatar identity={person.user} name={person.name} />
            <span>
              Continue as <bdi>{person.name}</bdi>
            </span>
          </button>
          <IconButton icon="close" label={`Forget ${person.name} here`} className="quiet" data-testid="forget-person" onClick={() => onForget(person)} />
        </li>
      ))}
    </ul>
  );
}
