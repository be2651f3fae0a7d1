import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import type { MessageView } from '../../client/home/homeState';

export function Reactions({ message, home }: { message: MessageView; home: Home }): ReactElement | null {
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
            onClick={() => home.react(message.id, label)}
          >
            {label} {names.length}
          </button>
        </li>
      ))}
    </ul>
  );
}
