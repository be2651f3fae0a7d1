import { type KeyboardEvent, type ReactElement, useEffect, useRef } from 'react';
import type { Home } from '../../client/home/home';
import { IconButton } from '../IconButton';
import { useSelected } from '../useSelected';
import { Composer } from './Composer';
import { DropZone } from './DropZone';
import { isFocusLost } from './focusLoss';
import { MessageList } from './MessageList';

export interface ThreadPaneProps {
  rootId: string;
  home: Home;
}

/** What was posted under a message. The keyboard goes in when it opens, and back to the message when it closes. */
export function ThreadPane({ rootId, home }: ThreadPaneProps): ReactElement {
  const section = useRef<HTMLElement>(null);
  const title = useSelected(home.store, (state) => state.open?.row.title ?? '');
  const writes = useSelected(home.store, (state) => state.open?.thread?.writes ?? false);
  useEffect(() => {
    if (!writes) section.current?.focus();
  }, [writes]);
  useEffect(() => () => giveBackFocus(rootId), [rootId]);
  const handleKey = (event: KeyboardEvent): void => {
    const isElsewhere = event.target instanceof Element && event.target.closest('dialog') !== null;
    if (event.key === 'Escape' && !event.defaultPrevented && !isElsewhere) home.closeThread();
  };
  return (
    <section ref={section} className="thread" aria-label="Thread" tabIndex={-1} data-testid="thread" onKeyDown={handleKey}>
      <DropZone onFiles={(files) => home.talk('thread')?.addFiles(files)}>
        <header className="conversation-head">
          <IconButton icon="previous" label="Back to the conversation" className="quiet thread-back" data-testid="thread-back" onClick={() => home.closeThread()} />
          <div className="row-text">
            <h2>Thread</h2>
            <p className="row-last" dir="auto">
              {title}
            </p>
          </div>
          <IconButton icon="close" label="Close the thread" className="quiet thread-close" data-testid="thread-close" onClick={() => home.closeThread()} />
        </header>
        <MessageList home={home} place="thread" />
        <Composer home={home} place="thread" />
      </DropZone>
    </section>
  );
}

/** To the link under the message, or to the message; only if nobody has taken the keyboard elsewhere. */
function giveBackFocus(rootId: string): void {
  if (!isFocusLost()) return;
  const message = document.querySelector<HTMLElement>(`.conversation [data-message="${CSS.escape(rootId)}"]`);
  const target = message?.querySelector<HTMLElement>('[data-thread-of]') ?? message;
  (target ?? document.querySelector<HTMLElement>('.conversation'))?.focus({ preventScroll: true });
}
