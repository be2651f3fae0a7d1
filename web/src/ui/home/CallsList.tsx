import { type ReactElement, useEffect } from 'react';
import type { Home } from '../../client/home/home';
import type { CallRow } from '../../client/home/callViews';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useNow } from '../useNow';
import { useSelected } from '../useSelected';
import { PersonAvatar } from './PersonAvatar';
import { RunningCalls } from './RunningCalls';
import { callWords, moment, namesOf } from './words';

export function CallsList({ home }: { home: Home }): ReactElement {
  const calls = useSelected(home.store, (state) => state.calls);
  const loaded = useSelected(home.store, (state) => state.callsLoaded);
  const hasMore = useSelected(home.store, (state) => state.hasMoreCalls);
  const isCallOn = useSelected(home.store, (state) => state.running.length > 0);
  const missed = useSelected(home.store, (state) => state.missedCalls);
  useEffect(() => {
    // Whoever looks at the list has seen what is in it, once somebody is there to look.
    const see = (): void => {
      if (missed > 0 && document.visibilityState === 'visible') home.seeCalls();
    };
    see();
    document.addEventListener('visibilitychange', see);
    return () => document.removeEventListener('visibilitychange', see);
  }, [home, missed]);
  return (
    <div className="home-list">
      <div className="rows">
        <RunningCalls home={home} />
        <ul aria-label="Calls" data-testid="calls">
          {calls.map((call) => (
            <Row key={call.id} call={call} home={home} />
          ))}
        </ul>
        {hasMore && (
          <button type="button" className="button rows-more" data-testid="more-calls" onClick={() => home.loadMoreCalls()}>
            Earlier calls
          </button>
        )}
      </div>
      {loaded && calls.length === 0 && !isCallOn && <p className="home-empty">No calls yet.</p>}
    </div>
  );
}

function Row({ call, home }: { call: CallRow; home: Home }): ReactElement {
  const { people, media, isOutgoing, outcome, group } = call;
  const title = group ?? namesOf(people);
  const [first] = people;
  const now = useNow();
  return (
    <li className="person-row" data-testid="past-call" data-outcome={outcome}>
      <div className="row-button">
        {first === undefined || people.length > 1 || group !== null ? (
          <span className="person-avatar group-picture">
            <Icon name="people" />
          </span>
        ) : (
          <PersonAvatar person={first} />
        )}
        <span className="row-text">
          <strong dir="auto">{title}</strong>
          <span className="row-last" data-missed={outcome === 'missed'}>
            <Icon name={outcome === 'missed' ? 'missed' : isOutgoing ? 'outgoing' : 'incoming'} size={16} /> {callWords(call)}
            {' · '}
            <time dateTime={new Date(call.atMs).toISOString()}>{moment(call.atMs, now)}</time>
          </span>
        </span>
      </div>
      <IconButton
        icon={media === 'video' ? 'camera' : 'phone'}
        label={`Call ${title} again`}
        className="quiet"
        data-testid="call-again"
        disabled={people.length === 0 || people.every(({ isBlocked }) => isBlocked)}
        onClick={() =>
          home.call(
            people.map(({ id }) => id),
            media,
            call.conversation,
          )
        }
      />
    </li>
  );
}
