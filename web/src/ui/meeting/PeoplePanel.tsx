import type { ReactElement } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { Person } from '../../client/meeting/meetingState';
import { Icon } from '../icons';
import { Avatar } from '../stage/Avatar';
import { PanelFrame } from './PanelFrame';
import { useCopy } from './useCopy';

export interface PeoplePanelProps {
  meeting: Meeting;
  people: readonly Person[];
  invite: string | null;
}

export function PeoplePanel({ meeting, people, invite }: PeoplePanelProps): ReactElement {
  const [copied, copy] = useCopy();
  return (
    <PanelFrame title={`People (${people.length})`} onClose={() => meeting.closePanel()}>
      <ul className="people" tabIndex={0}>
        {people.map((person) => (
          <Row key={person.identity} person={person} />
        ))}
      </ul>
      {invite !== null && (
        <div className="panel-foot">
          <button
            type="button"
            className="button"
            onClick={() => copy(invite, (text) => meeting.notify(text))}
          >
            <Icon name={copied ? 'check' : 'link'} size={20} />
            <span aria-live="polite">{copied ? 'Link copied' : 'Copy invitation link'}</span>
          </button>
        </div>
      )}
    </PanelFrame>
  );
}

function Row({ person }: { person: Person }): ReactElement {
  const { identity, name, isLocal, muted, camera, screen, speaking } = person;
  return (
    <li className="person" data-testid="person" data-identity={identity} data-speaking={speaking}>
      <Avatar identity={identity} name={name} />
      <span className="person-name">
        {name}
        {isLocal && <span className="person-you"> (you)</span>}
        {screen !== null && <span className="person-note">Sharing the screen</span>}
      </span>
      <span className="person-marks" role="img" aria-label={marks(muted, camera !== null)}>
        <Icon name={muted ? 'microphoneOff' : 'microphone'} size={18} />
        <Icon name={camera === null ? 'cameraOff' : 'camera'} size={18} />
      </span>
    </li>
  );
}

function marks(muted: boolean, camera: boolean): string {
  return `${muted ? 'muted' : 'microphone on'}, ${camera ? 'camera on' : 'camera off'}`;
}
