import type { ReactElement } from 'react';
import type { ReactionView } from '../../client/home/homeState';

export interface ReactionsProps {
  reactions: readonly ReactionView[];
  /** Puts a sign there, or takes one's own away. */
  onReact: (label: string, on: boolean) => void;
}

export function Reactions({ reactions, onReact }: ReactionsProps): ReactElement | null {
  if (reactions.length === 0) return null;
  return (
    <ul className="reactions" aria-label="Reactions">
      {reactions.map(({ label, names, mine }) => (
        <li key={label}>
          <button
            type="button"
            className="reaction"
            aria-pressed={mine}
            title={names.join(', ')}
            onClick={() => onReact(label, !mine)}
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
