import type { ReactElement } from 'react';
import { Mark } from '../ui/Brand';
import { usePageTitle } from '../ui/usePageTitle';

export function WaitingPage({ room, text }: { room: string; text: string }): ReactElement {
  usePageTitle(`Joining ${room}`);
  return (
    <main className="message-page" aria-busy="true">
      <span className="simmer">
        <Mark size={56} />
      </span>
      <p role="status">{text}</p>
    </main>
  );
}
