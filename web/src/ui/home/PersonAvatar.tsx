import type { ReactElement } from 'react';
import type { PersonView } from '../../client/home/homeState';
import { glaze, initials } from '../stage/avatar';
import { AVAILABILITY_WORDS } from './words';

export interface PersonAvatarProps {
  person: PersonView;
  /** Nothing is said of people whose presence is unknown. */
  withPresence?: boolean;
  size?: 'small' | 'usual' | 'large';
}

export function PersonAvatar({ person, withPresence = true, size = 'usual' }: PersonAvatarProps): ReactElement {
  const { availability } = person;
  return (
    <span className="person-avatar" data-size={size}>
      {person.avatar === '' ? (
        <span className="person-letters" style={{ backgroundColor: glaze(person.id) }} aria-hidden="true">
          {initials(person.name)}
        </span>
      ) : (
        <img className="person-letters" src={person.avatar} alt="" loading="lazy" />
      )}
      {withPresence && availability !== 'unknown' && (
        <span className="presence-dot" data-availability={availability}>
          <span className="visually-hidden">{AVAILABILITY_WORDS[availability]}</span>
        </span>
      )}
    </span>
  );
}
