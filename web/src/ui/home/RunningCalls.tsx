import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import { Icon } from '../icons';
import { useSelected } from '../useSelected';
import { insideWords, joinLabel } from './words';

/** Calls that go on without this page, above those that are over. */
export function RunningCalls({ home }: { home: Home }): ReactElement | null {
  const running = useSelected(home.store, (state) => state.running);
  if (running.length === 0) return null;
  return (
    <ul aria-label="Calls in progress" data-testid="running-calls">
      {running.map((call) => (
        <li key={call.id} className="person-row">
          <div className="row-button">
            <span className="person-avatar group-picture">
              <Icon name={call.media === 'video' ? 'camera' : 'phone'} />
            </span>
            <span className="row-text">
              <strong dir="auto">{call.title}</strong>
              <span className="row-last" dir="auto">
                In progress · {insideWords(call)}
              </span>
            </span>
          </div>
          <button
            type="button"
            className="button"
            aria-label={joinLabel(call).heard}
            data-testid="join-running"
            onClick={() => void home.calls.join(call.id, call.media)}
          >
            {joinLabel(call).shown}
          </button>
        </li>
      ))}
    </ul>
  );
}
