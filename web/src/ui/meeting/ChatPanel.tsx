import { type SubmitEvent, type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { ChatMessage, MeetingState } from '../../client/meeting/meetingState';
import { Icon } from '../icons';
import { linkify } from './linkify';
import { PanelFrame } from './PanelFrame';

/** As the receiving side cuts it; see the client's chat stream. */
const MAX_LENGTH = 4_000;

export function ChatPanel({ meeting, state }: { meeting: Meeting; state: MeetingState }): ReactElement {
  const { messages, rights } = state;
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' });
  }, [messages]);
  return (
    <PanelFrame title="Chat" onClose={() => meeting.closePanel()}>
      <ol className="messages" role="log" aria-live="polite" aria-label="Messages" tabIndex={0}>
        {messages.length === 0 && (
          <li className="panel-empty">Nothing said yet. Messages reach everybody who is here now, and are not kept.</li>
        )}
        {messages.map((message, index) => (
          <Message key={message.id} message={message} follows={continues(messages[index - 1], message)} />
        ))}
        <li ref={end} aria-hidden="true" />
      </ol>
      {rights.chat && <Composer onSend={(text) => meeting.sendMessage(text)} />}
    </PanelFrame>
  );
}

function Message({ message, follows }: { message: ChatMessage; follows: boolean }): ReactElement {
  const { name, isLocal, text, atMs, delivery } = message;
  const time = new Date(atMs);
  return (
    <li className="message" data-testid="chat-message" data-own={isLocal} data-delivery={delivery} data-follows={follows}>
      <p className={follows ? 'visually-hidden' : 'message-head'}>
        <strong>{isLocal ? 'You' : name}</strong>{' '}
        <time dateTime={time.toISOString()}>{time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}</time>
      </p>
      <p className="message-text">
        {linkify(text).map((part, index) =>
          part.href === null ? (
            part.text
          ) : (
            <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
              {part.text}
            </a>
          ),
        )}
      </p>
      {delivery === 'failed' && <p className="message-problem">Not sent. Check your connection and send it again.</p>}
    </li>
  );
}

function Composer({ onSend }: { onSend: (text: string) => void }): ReactElement {
  const [text, setText] = useState('');
  const send = (event?: SubmitEvent): void => {
    event?.preventDefault();
    if (text.trim() === '') return;
    onSend(text);
    setText('');
  };
  const handleKey = (event: KeyboardEvent): void => {
    // Enter while an input method is composing chooses a word; it must not send.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="composer" onSubmit={send}>
      <textarea
        aria-label="Message to everybody"
        placeholder="Message to everybody"
        data-testid="chat-input"
        data-autofocus
        rows={Math.min(4, text.split('\n').length)}
        maxLength={MAX_LENGTH}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={handleKey}
      />
      <button type="submit" className="icon-button" data-tone="send" data-testid="chat-send" aria-label="Send" disabled={text.trim() === ''}>
        <Icon name="send" />
      </button>
    </form>
  );
}

const SAME_BREATH_MS = 120_000;

/** A message soon after another of the same person needs no new heading. */
function continues(before: ChatMessage | undefined, message: ChatMessage): boolean {
  return before?.identity === message.identity && message.atMs - before.atMs < SAME_BREATH_MS;
}
