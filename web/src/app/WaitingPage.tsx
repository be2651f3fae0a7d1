import type { ReactElement } from 'react';
import { Mark } from '../ui/Brand';

export function WaitingPage({ text }: { text: string }): ReactElement {
  return (
    <main className="message-page" aria-busy="true">
      <span className="simmer">
        <Mark size={56} />
      </span>
      <p role="status">{text}</p>
    </main>
  );
}
