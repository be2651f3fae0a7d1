import type { ReactElement } from 'react';
import type { CallMeeting } from '../../client/calls/callMeeting';
import { Icon } from '../icons';
import { Avatar } from '../stage/Avatar';
import { useStore } from '../useStore';

/** While nobody has answered yet. */
export function Calling({ meeting }: { meeting: CallMeeting }): ReactElement {
  const call = useStore(meeting.session.record);
  const rings = call.parties.some(({ state }) => state === 'ringing');
  return (
    <div className="calling">
      <span className="calling-picture">
        {meeting.group === null ? (
          <Avatar identity={call.parties[1]?.user ?? call.id} name={meeting.room} />
        ) : (
          <span className="group-picture">
            <Icon name="people" size={56} />
          </span>
        )}
      </span>
      <h2 dir="auto">{meeting.room}</h2>
      <p role="status" data-testid="calling-state">
        {rings ? 'Ringing…' : 'Calling…'}
      </p>
      <button type="button" className="answer" data-tone="danger" data-testid="cancel-call" onClick={() => meeting.leave()}>
        <span className="answer-round">
          <Icon name="leave" size={28} />
        </span>
        Hang up
      </button>
    </div>
  );
}
