import { type ReactElement, useState } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import { Icon } from '../icons';
import { NameForm } from './NameForm';
import { useInvite } from './useInvite';

export interface InviteCardProps {
  meeting: Meeting;
  invite: string;
  /** True while this person has no name yet and may give one. */
  nameless: boolean;
}

/** What the first person sees: nobody is here yet, how to change that, and under which name they will be found. */
export function InviteCard({ meeting, invite, nameless }: InviteCardProps): ReactElement {
  const { icon, words, give } = useInvite(meeting, invite);
  const [asksName] = useState(nameless);
  return (
    <aside className="invite" aria-label="Invite people">
      <h2>You are the first one here</h2>
      <p>Whoever opens this link can join:</p>
      <p className="invite-link">{invite}</p>
      <button type="button" className="button primary" data-testid="invite" onClick={give}>
        <Icon name={icon} size={20} /> {words}
      </button>
      {asksName && <NameForm meeting={meeting} name="" />}
    </aside>
  );
}
