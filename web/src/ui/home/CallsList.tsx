import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import type { CallRow } from '../../client/home/homeState';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useNow } from '../useNow';
import { useSelected } from '../useSelected';
import { PersonAvatar } from './PersonAvatar';
import { callWords, namesOf, shortTime } from './words';

export function CallsList({ home }: { home: Home }): ReactElement {
  const calls = useSelected(home.store, (state) => state.calls);
  return (
    <div className="home-list">
      <ul className="rows" aria-label="Calls" data-testid="calls">
        {calls.map((call) => (
          <Row key={call.id} call={call} home={home} />
        ))}
      </ul>
      {calls.length === 0 && <p className="home-empty">No calls yet.</p>}
    </div>
  );
}

function Row({ call, home }: { call: CallRow; home: Home }): ReactElement {
  const { people, media, isOutgoing, outcome } = call;
  const [first] = people;
  const now = useNow();
  return (
    <li className="person-row" data-testid="past-call" data-outcome={outcome}>
      <div className="row-button">
        {first === undefined ? (
          <span className="person-avatar group-picture">
            <Icon name="people" />
          </span>
        ) : (
          <PersonAvatar person={first} />
        )}
        <span className="row-text">
          <strong dir="auto">{namesOf(people)}</strong>
          <span className="row-last" data-missed={outcome === 'missed'}>
            <Icon name={outcome === 'missed' ? 'missed' : isOutgoing ? 'outgoing' : 'incoming'} size={16} /> {callWords(call)}
            {' · '}
            {shortTime(call.atMs, now)}
          </span>
        </span>
      </div>
      <IconButton
        icon={media === 'video' ? 'camera' : 'phone'}
        label={`Call ${namesOf(people)} again`}
        className="quiet"
        onClick={() =>
          home.call(
            people.map(({ id }) => id),
            media,
          )
        }
      />
    </li>
  );
}
