import { type ReactElement, useEffect, useRef } from 'react';
import type { Home } from '../../client/home/home';
import { useSelected } from '../useSelected';
import { RunningCallBar } from './RunningCallBar';
import { Composer } from './Composer';
import { ConversationHead } from './ConversationHead';
import { DropZone } from './DropZone';
import { isFocusLost } from './focusLoss';
import { MessageList } from './MessageList';
import { SharedValues } from './SharedValues';
import { ThreadPane } from './ThreadPane';

export interface ConversationPaneProps {
  home: Home;
  onEnterRoom: (room: string) => void;
}

/** A conversation, and a thread of it beside it; where there is little room, over it. */
export function ConversationPane({ home, onEnterRoom }: ConversationPaneProps): ReactElement | null {
  const id = useSelected(home.store, (state) => state.open?.row.id ?? null);
  const thread = useSelected(home.store, (state) => state.open?.thread?.rootId ?? null);
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the list that had the keyboard is hidden now.
    if (isFocusLost()) section.current?.focus();
  }, [id]);
  if (id === null) return null;
  return (
    <div className="conversation-frame" data-thread={thread !== null}>
      <section ref={section} className="conversation" aria-label="Conversation" tabIndex={-1} data-testid="open-conversation">
        <DropZone onFiles={(files) => home.talk('conversation')?.addFiles(files)}>
          <div className="conversation-top">
            <ConversationHead home={home} onEnterRoom={onEnterRoom} />
            <RunningCallBar home={home} />
            <SharedValues home={home} />
          </div>
          <MessageList key={id} home={home} place="conversation" />
          <Composer key={`${id} composer`} home={home} place="conversation" />
        </DropZone>
      </section>
      {thread !== null && <ThreadPane key={thread} rootId={thread} home={home} />}
    </div>
  );
}
