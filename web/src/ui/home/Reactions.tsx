import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import type { MessageView, Place } from '../../client/home/homeState';

export interface ReactionsProps {
  message: MessageView;
  home: Home;
  place: Place;
}

export function Reactions({ message, home, place }: ReactionsProps): ReactElement | null {
  if (message.reactions.length === 0) return null;
  return (
    <ul className="reactions" aria-label="Reactions">
      {message.reactions.map(({ label, names, mine }) => (
        <li key={label}>
          <button
            type="button"
            className="reaction"
            aria-pressed={mine}
            title={names.join(', ')}
            onClick={() => home.talk(place)?.react(message.id, label)}
          >
            <span>
              {label} {names.length}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
