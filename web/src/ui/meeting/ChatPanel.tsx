import { type ReactElement, useCallback, useState } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { ChatAudience, ChatMessage } from '../../client/meeting/meetingState';
import { picturesOf } from '../../client/home/pictures';
import { DropZone } from '../home/DropZone';
import { Pictures } from '../home/Pictures';
import { useSelected } from '../useSelected';
import { useStore } from '../useStore';
import { type Aim, ChatComposer } from './ChatComposer';
import { ChatItem } from './ChatItem';
import { ChatMenu, type ChatMenuOf, isEditable } from './ChatMenu';
import { PanelFrame } from './PanelFrame';
import { useFollowingScroll } from './useFollowingScroll';

export interface ChatPanelProps {
  meeting: Meeting;
  /** What is typed and not sent yet; it outlives the panel. */
  draft: string;
  onDraft: (text: string) => void;
}

export function ChatPanel({ meeting, draft, onDraft }: ChatPanelProps): ReactElement {
  const messages = useSelected(meeting.store, (state) => state.messages);
  const mayWrite = useSelected(meeting.store, ({ rights }) => rights.chat);
  const audience = useSelected(meeting.store, (state) => state.audience);
  const files = useStore(meeting.files);
  const list = useFollowingScroll(messages);
  const [menu, setMenu] = useState<ChatMenuOf | null>(null);
  const [aim, setAim] = useState<Aim | null>(null);
  const answer = useCallback((message: ChatMessage) => setAim({ message, edits: false }), []);
  const edit = (message: ChatMessage): void => setAim({ message, edits: true });
  const renew = useCallback((id: string) => meeting.renewFiles(id), [meeting]);
  return (
    <PanelFrame title="Chat" onClose={() => meeting.closePanel()}>
      <DropZone onFiles={(dropped) => files?.add(dropped)}>
        <Pictures pictures={() => picturesOf(messages, ({ isLocal, name }) => (isLocal ? 'You' : name))} onRenew={renew}>
          <ol ref={list} className="messages" role="log" aria-live="polite" aria-label="Messages" tabIndex={0}>
            {audience !== null && <li className="messages-note">{readersOf(audience)}</li>}
            {messages.map((message, index) => (
              <ChatItem
                key={message.id}
                message={message}
                follows={continues(messages[index - 1], message)}
                meeting={meeting}
                mayWrite={mayWrite}
                onReply={answer}
                onMenu={setMenu}
              />
            ))}
          </ol>
        </Pictures>
        {mayWrite && audience !== null && (
          <ChatComposer
            meeting={meeting}
            to={audience}
            files={files}
            draft={{ text: draft, setText: onDraft }}
            aim={aim}
            onStop={() => setAim(null)}
            onEditLast={() => {
              const last = messages.findLast(isEditable);
              if (last !== undefined) edit(last);
            }}
          />
        )}
        <ChatMenu menu={menu} meeting={meeting} onReply={answer} onEdit={edit} onClose={() => setMenu(null)} />
      </DropZone>
    </PanelFrame>
  );
}

function readersOf(audience: ChatAudience): string {
  switch (audience.kind) {
    case 'room':
      return 'Messages reach everybody who is here now, and those who come later.';
    case 'direct':
      return `Messages go into your conversation with ${audience.name}, and stay there.`;
    case 'group':
      return `Messages go into the group ${audience.title}: all its members read them, in this call or not.`;
  }
}

const SAME_BREATH_MS = 120_000;

/** A message soon after another of the same person needs no new heading. */
function continues(before: ChatMessage | undefined, message: ChatMessage): boolean {
  return before?.identity === message.identity && message.atMs - before.atMs < SAME_BREATH_MS;
}
