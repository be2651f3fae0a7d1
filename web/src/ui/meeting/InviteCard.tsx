import { type ReactElement, useState } from 'react';
import { Icon } from '../icons';
import { useCopy } from './useCopy';

/** What the first person sees: nobody is here yet, and how to change that. */
export function InviteCard({ invite }: { invite: string }): ReactElement {
  const [copied, copy] = useCopy();
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <aside className="invite" aria-label="Invite people">
      <h2>You are the first one here</h2>
      <p>Whoever opens this link can join:</p>
      <p className="invite-link">{invite}</p>
      <button type="button" className="button primary" onClick={() => copy(invite, setProblem)}>
        <Icon name={copied ? 'check' : 'link'} size={20} />
        <span aria-live="polite">{copied ? 'Link copied' : 'Copy link'}</span>
      </button>
      {problem !== null && <p role="alert">Select the link above and copy it by hand.</p>}
    </aside>
  );
}
