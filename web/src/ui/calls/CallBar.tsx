import { type ReactElement, type Ref, useEffect, useState } from 'react';
import type { CallMeeting } from '../../client/calls/callMeeting';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { MediaControls } from '../meeting/ControlBar';
import { Avatar } from '../stage/Avatar';
import { VideoSurface } from '../stage/VideoSurface';
import { useSelected } from '../useSelected';
import { useStore } from '../useStore';

const CONTROLS = ['microphone'] as const;

export interface CallBarProps {
  meeting: CallMeeting;
  /** The button that opens the call again. */
  ref: Ref<HTMLButtonElement>;
  onOpen: () => void;
}

/** The call that is on, while the rest of the app is used. */
export function CallBar({ meeting, ref, onOpen }: CallBarProps): ReactElement {
  const call = useStore(meeting.session.record);
  const other = useSelected(meeting.store, ({ people }) => people.find(({ isLocal, camera }) => !isLocal && camera !== null));
  const unread = useSelected(meeting.store, (state) => state.unread);
  const since = call.connected_at ?? null;
  return (
    <section className="call-bar" aria-label={`Call with ${meeting.room}`} data-testid="call-bar">
      <button ref={ref} type="button" className="call-bar-open" data-testid="open-call" onClick={onOpen}>
        <span className="call-bar-picture">
          {other?.camera == null ? <Avatar identity={call.id} name={meeting.room} /> : <VideoSurface picture={other.camera} />}
        </span>
        <span className="call-bar-text">
          <strong dir="auto">{meeting.room}</strong>
          <span>{since === null ? 'Calling…' : <Elapsed sinceMs={since} />}</span>
        </span>
        <span className="visually-hidden">Back to the call</span>
        <span className="call-bar-mark">
          <Icon name="expand" size={20} />
          {unread > 0 && <span className="badge">{unread > 99 ? '99+' : unread}</span>}
        </span>
      </button>
      <MediaControls meeting={meeting} controls={CONTROLS} />
      <IconButton icon="leave" label="Hang up" tone="danger" data-testid="hang-up" onClick={() => meeting.leave()} />
    </section>
  );
}

/** How long it has lasted, by the second. */
function Elapsed({ sinceMs }: { sinceMs: number }): ReactElement {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  return <time data-testid="call-time">{clockWords(now - sinceMs)}</time>;
}

function clockWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const two = (part: number): string => String(part).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
