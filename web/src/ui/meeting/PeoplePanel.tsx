import { memo, type ReactElement } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { Person } from '../../client/meeting/meetingState';
import { Icon } from '../icons';
import { Avatar } from '../stage/Avatar';
import { useSelected } from '../useSelected';
import { PanelFrame } from './PanelFrame';
import { useInvite } from './useInvite';

export interface PeoplePanelProps {
  meeting: Meeting;
  invite: string | null;
}

export function PeoplePanel({ meeting, invite }: PeoplePanelProps): ReactElement {
  const people = useSelected(meeting.store, (state) => state.people);
  return (
    <PanelFrame title={`People (${people.length})`} onClose={() => meeting.closePanel()}>
      <ul className="people" tabIndex={0}>
        {people.map((person) => (
          <Row key={person.identity} person={person} />
        ))}
      </ul>
      {invite !== null && (
        <div className="panel-foot">
          <InviteButton meeting={meeting} invite={invite} />
        </div>
      )}
    </PanelFrame>
  );
}

function InviteButton({ meeting, invite }: { meeting: Meeting; invite: string }): ReactElement {
  const { icon, words, give } = useInvite(meeting, invite);
  return (
    <button type="button" className="button" onClick={give}>
      <Icon name={icon} size={20} /> {words}
    </button>
  );
}

const Row = memo(function DrawRow({ person }: { person: Person }): ReactElement {
  const { identity, name, isLocal, muted, camera, screen, speaking } = person;
  return (
    <li className="person" data-testid="person" data-identity={identity} data-speaking={speaking}>
      <Avatar identity={identity} name={name} />
      <span className="person-name">
        <bdi>{name}</bdi>
        {isLocal && <span className="person-you"> (you)</span>}
        {screen !== null && <span className="person-note">Sharing the screen</span>}
      </span>
      <span className="person-marks" role="img" aria-label={marks(muted, camera !== null)}>
        <Icon name={muted ? 'microphoneOff' : 'microphone'} size={18} />
        <Icon name={camera === null ? 'cameraOff' : 'camera'} size={18} />
      </span>
    </li>
  );
});

function marks(muted: boolean, camera: boolean): string {
  return `${muted ? 'muted' : 'microphone on'}, ${camera ? 'camera on' : 'camera off'}`;
}
