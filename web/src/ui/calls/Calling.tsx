import type { ReactElement } from 'react';
import type { CallMeeting } from '../../client/calls/callMeeting';
import { Icon } from '../icons';
import { MediaControls } from '../meeting/ControlBar';
import { Notices } from '../meeting/Notices';
import { Avatar } from '../stage/Avatar';
import { VideoSurface } from '../stage/VideoSurface';
import { useSelected } from '../useSelected';
import { useStore } from '../useStore';

const CONTROLS = ['microphone', 'camera'] as const;

/** While nobody has answered yet. What the camera shows stands behind it. */
export function Calling({ meeting }: { meeting: CallMeeting }): ReactElement {
  const call = useStore(meeting.session.record);
  const camera = useSelected(meeting.store, ({ people }) => people.find(({ isLocal }) => isLocal)?.camera ?? null);
  const rings = call.parties.some(({ state }) => state === 'ringing');
  return (
    <div className="calling" data-seen={camera !== null}>
      {camera !== null && (
        <div className="calling-own" data-testid="calling-own">
          <VideoSurface picture={camera} mirrored />
        </div>
      )}
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
      <div className="calling-controls">
        <MediaControls meeting={meeting} controls={CONTROLS} />
      </div>
      <button type="button" className="answer" data-tone="danger" data-testid="cancel-call" onClick={() => meeting.leave()}>
        <span className="answer-round">
          <Icon name="leave" size={28} />
        </span>
        Hang up
      </button>
      <Notices meeting={meeting} />
    </div>
  );
}
