import type { ReactElement } from 'react';
import { MessagePage } from './MessagePage';

export function NotFoundPage(): ReactElement {
  return (
    <MessagePage title="Nothing is served here" text="The address has no meeting in it. A meeting's link ends in /r/ and its name.">
      <a className="button primary" href="/">
        Home
      </a>
    </MessagePage>
  );
}
