import { memo, type ReactElement } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { ChatMessage } from '../../client/meeting/meetingState';
import { Attachments } from '../home/Attachments';
import { MessageActions } from '../home/MessageActions';
import { Quote } from '../home/Quote';
import { Reactions } from '../home/Reactions';
import { LinkedText } from '../LinkedText';
import { NotSent } from '../NotSent';
import type { ChatMenuOf } from './ChatMenu';

export interface ChatItemProps {
  message: ChatMessage;
  /** Soon after another of the same person. */
  follows: boolean;
  meeting: Meeting;
  mayWrite: boolean;
  onReply: (message: ChatMessage) => void;
  onMenu: (menu: ChatMenuOf) => void;
}

export const ChatItem = memo(function DrawMessage(props: ChatItemProps): ReactElement {
  const { message, follows, meeting, mayWrite, onReply, onMenu } = props;
  const { id, name, isLocal, reactions = [], atMs, delivery, isKept = false } = message;
  const time = new Date(atMs);
  return (
    <li className="message" data-testid="chat-message" data-own={isLocal} data-delivery={delivery} data-follows={follows}>
      <p className={follows ? 'visually-hidden' : 'message-head'}>
        <strong dir="auto">{isLocal ? 'You' : name}</strong>{' '}
        <time dateTime={time.toISOString()}>{time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}</time>
      </p>
      <Said message={message} />
      <Reactions reactions={reactions} onReact={(label, on) => mayWrite && meeting.react(id, label, on)} />
      {delivery === 'failed' && <NotSent problem={message.problem} onResend={() => meeting.resendMessage(id)} />}
      {isKept && mayWrite && (
        <MessageActions
          whose={isLocal ? 'your message' : `the message of ${name}`}
          testId="chat"
          onLike={() => meeting.react(id, '👍', true)}
          onReply={() => onReply(message)}
          onMenu={(anchor) => onMenu({ message, anchor })}
        />
      )}
    </li>
  );
});

function Said({ message: { id, text, attachments = [], replyTo, isEdited = false } }: Pick<ChatItemProps, 'message'>): ReactElement {
  return (
    <>
      {replyTo !== undefined && <Quote quote={replyTo} />}
      <Attachments message={id} attachments={attachments} />
      {text !== '' && <LinkedText text={text} />}
      {isEdited && <p className="message-edited">edited</p>}
    </>
  );
}
