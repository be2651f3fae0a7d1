import type { ReactElement } from 'react';
import { MessagePage } from './MessagePage';

export function LeftPage({ room, onRejoin }: { room: string; onRejoin: () => void }): ReactElement {
  return (
    <MessagePage title="You left the meeting" text={room}>
      <button type="button" className="button primary" data-testid="rejoin" autoFocus onClick={onRejoin}>
        Rejoin
      </button>
      <a className="button" href="/" data-testid="home">
        Home
      </a>
    </MessagePage>
  );
}
