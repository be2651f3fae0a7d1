import { type KeyboardEvent, memo, type ReactElement, type SubmitEvent, useCallback } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { ChatAudience, ChatMessage } from '../../client/meeting/meetingState';
import type { UploadView } from '../../client/home/homeState';
import { picturesOf } from '../../client/home/pictures';
import type { FilesToSend } from '../../client/meeting/files';
import { Store } from '../../client/store';
import { Attachments } from '../home/Attachments';
import { FilePicker, isSendable, pasteFiles } from '../home/Composer';
import { DropZone } from '../home/DropZone';
import { Pictures } from '../home/Pictures';
import { Uploads } from '../home/Uploads';
import { Icon } from '../icons';
import { LinkedText } from '../LinkedText';
import { NotSent } from '../NotSent';
import { useSelected } from '../useSelected';
import { useStore } from '../useStore';
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
  const renew = useCallback((id: string) => meeting.renewFiles(id), [meeting]);
  return (
    <PanelFrame title="Chat" onClose={() => meeting.closePanel()}>
      <DropZone onFiles={(dropped) => files?.add(dropped)}>
        <Pictures pictures={() => picturesOf(messages, ({ isLocal, name }) => (isLocal ? 'You' : name))} onRenew={renew}>
          <ol ref={list} className="messages" role="log" aria-live="polite" aria-label="Messages" tabIndex={0}>
            {audience !== null && <li className="messages-note">{readersOf(audience)}</li>}
            {messages.map((message, index) => (
              <Message
                key={message.id}
                message={message}
                follows={continues(messages[index - 1], message)}
                meeting={meeting}
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
            onSend={(text) => meeting.sendMessage(text)}
          />
        )}
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

interface MessageProps {
  message: ChatMessage;
  follows: boolean;
  meeting: Meeting;
}

const Message = memo(function DrawMessage({ message, follows, meeting }: MessageProps): ReactElement {
  const { id, name, isLocal, text, attachments = [], atMs, delivery } = message;
  const time = new Date(atMs);
  return (
    <li className="message" data-testid="chat-message" data-own={isLocal} data-delivery={delivery} data-follows={follows}>
      <p className={follows ? 'visually-hidden' : 'message-head'}>
        <strong dir="auto">{isLocal ? 'You' : name}</strong>{' '}
        <time dateTime={time.toISOString()}>{time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}</time>
      </p>
      <Attachments message={id} attachments={attachments} />
      {text !== '' && <LinkedText text={text} />}
      {delivery === 'failed' && <NotSent problem={message.problem} onResend={() => meeting.resendMessage(id)} />}
    </li>
  );
});

interface ComposerProps {
  to: string;
  /** Null: no files may go along just now. */
  files: FilesToSend | null;
  text: string;
  onText: (text: string) => void;
  /** False: it was not taken. */
  onSend: (text: string) => boolean;
}

function Composer({ to, files, text, onText, onSend }: ComposerProps): ReactElement {
  const uploads = useStore(files?.store ?? NO_FILES);
  const maySend = isSendable(text, uploads, false);
  const send = (event?: SubmitEvent): void => {
    event?.preventDefault();
    if (!maySend) return;
    if (onSend(text)) onText('');
  };
  const handleKey = (event: KeyboardEvent): void => {
    // Enter while an input method is composing chooses a word; it must not send.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form onSubmit={send}>
      <Uploads uploads={uploads} onRemove={(id) => files?.remove(id)} />
      <div className="composer">
        {files !== null && <FilePicker testId="chat-file-input" onFiles={(chosen) => files.add(chosen)} />}
        <textarea
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
