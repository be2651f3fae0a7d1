import { type KeyboardEvent, type ReactElement, type SubmitEvent, useCallback, useEffect, useRef, useState } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { ChatAudience, ChatMessage } from '../../client/meeting/meetingState';
import type { UploadView } from '../../client/home/homeState';
import { picturesOf } from '../../client/home/pictures';
import type { FilesToSend } from '../../client/meeting/files';
import { Store } from '../../client/store';
import { FilePicker, isSendable, pasteFiles } from '../home/Composer';
import { ComposerAbove } from '../home/ComposerAbove';
import { DropZone } from '../home/DropZone';
import { Pictures } from '../home/Pictures';
import { Uploads } from '../home/Uploads';
import { Icon } from '../icons';
import { useSelected } from '../useSelected';
import { useStore } from '../useStore';
import { ChatItem } from './ChatItem';
import { ChatMenu, type ChatMenuOf } from './ChatMenu';
import { PanelFrame } from './PanelFrame';
import { useFollowingScroll } from './useFollowingScroll';

/** As the receiving side cuts it; see the client's chat stream. */
const MAX_LENGTH = 4_000;
const NO_FILES = new Store<readonly UploadView[]>([]);
const EVERYBODY = 'everybody';

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
  const [answered, setAnswered] = useState<ChatMessage | null>(null);
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
                onReply={setAnswered}
                onMenu={setMenu}
              />
            ))}
          </ol>
        </Pictures>
        {mayWrite && audience !== null && (
          <Composer
            to={addressee(audience)}
            files={files}
            text={draft}
            onText={onDraft}
            answered={answered}
            onStop={() => setAnswered(null)}
            onSend={(text) => meeting.sendMessage(text, answered?.id ?? null)}
          />
        )}
        <ChatMenu menu={menu} meeting={meeting} onReply={setAnswered} onClose={() => setMenu(null)} />
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

function addressee(audience: ChatAudience): string {
  if (audience.kind === 'room') return EVERYBODY;
  return audience.kind === 'direct' ? audience.name : audience.title;
}

interface ComposerProps {
  to: string;
  /** Null: no files may go along just now. */
  files: FilesToSend | null;
  text: string;
  onText: (text: string) => void;
  /** What is answered; null: nothing. */
  answered: ChatMessage | null;
  onStop: () => void;
  /** False: it was not taken. */
  onSend: (text: string) => boolean;
}

function Composer({ to, files, text, onText, answered, onStop, onSend }: ComposerProps): ReactElement {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (answered !== null) field.current?.focus();
  }, [answered]);
  const uploads = useStore(files?.store ?? NO_FILES);
  const maySend = isSendable(text, uploads, false);
  const send = (event?: SubmitEvent): void => {
    event?.preventDefault();
    if (!maySend) return;
    if (!onSend(text)) return;
    onText('');
    onStop();
  };
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && answered !== null) {
      // It ends the reply alone, not the panel.
      event.preventDefault();
      event.stopPropagation();
      onStop();
    }
    // Enter while an input method is composing chooses a word; it must not send.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form onSubmit={send}>
      <ComposerAbove message={answered === null ? null : { ...answered, isOwn: answered.isLocal }} editing={false} onStop={onStop} />
      <Uploads uploads={uploads} onRemove={(id) => files?.remove(id)} />
      <div className="composer">
        {files !== null && <FilePicker testId="chat-file-input" onFiles={(chosen) => files.add(chosen)} />}
        <textarea
          ref={field}
          aria-label={`Message to ${to}`}
          placeholder={to === EVERYBODY ? `Message to ${to}` : 'Write a message'}
          data-testid="chat-input"
          data-autofocus
          dir="auto"
          rows={Math.min(4, text.split('\n').length)}
          maxLength={MAX_LENGTH}
          value={text}
          onChange={(event) => onText(event.target.value)}
          onPaste={(event) => files !== null && pasteFiles(event, (pasted) => files.add(pasted))}
          onKeyDown={handleKey}
        />
        <button type="submit" className="icon-button" data-tone="send" data-testid="chat-send" aria-label="Send" disabled={!maySend}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}

const SAME_BREATH_MS = 120_000;

/** A message soon after another of the same person needs no new heading. */
function continues(before: ChatMessage | undefined, message: ChatMessage): boolean {
  return before?.identity === message.identity && message.atMs - before.atMs < SAME_BREATH_MS;
}
