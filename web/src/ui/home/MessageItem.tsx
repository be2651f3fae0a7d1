import { memo, type ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import type { Delivery, MessageView } from '../../client/home/homeState';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { LinkedText } from '../LinkedText';
import { NotSent } from '../NotSent';
import { Attachments } from './Attachments';
import { PersonAvatar } from './PersonAvatar';
import { Reactions } from './Reactions';
import { clock } from './words';

export interface MessageItemProps {
  message: MessageView;
  follows: boolean;
  home: Home;
}

export const MessageItem = memo(function DrawMessage({ message, follows, home }: MessageItemProps): ReactElement {
  const { id, sender, isOwn, isDeleted, delivery, mentionsMe } = message;
  return (
    <li
      className="talk-message"
      data-testid="message"
      data-own={isOwn}
      data-follows={follows}
      data-delivery={delivery}
      data-mention={mentionsMe}
    >
      {!isOwn && !follows && <PersonAvatar person={sender} size="small" withPresence={false} />}
      <div className="bubble">
        <p className={follows || isOwn ? 'visually-hidden' : 'bubble-sender'}>
          <strong dir="auto">{isOwn ? 'You' : sender.name}</strong>
        </p>
        {isDeleted ? <p className="bubble-deleted">Message deleted</p> : <Content message={message} />}
        <Foot message={message} />
        {!isDeleted && <Reactions message={message} home={home} />}
        {delivery === 'failed' && <NotSent problem={message.problem} onResend={() => home.resend(id)} />}
        {isStored(message) && <Actions message={message} home={home} />}
      </div>
    </li>
  );
});

/** Only what the server has can be answered, edited or deleted. */
function isStored({ isDeleted, delivery }: MessageView): boolean {
  return !isDeleted && delivery !== 'sending' && delivery !== 'failed';
}

function Foot({ message: { isEdited, isDeleted, isOwn, atMs, delivery } }: { message: MessageView }): ReactElement {
  return (
    <p className="bubble-foot">
      {isEdited && !isDeleted && <span>edited</span>}
      <time dateTime={new Date(atMs).toISOString()}>{clock(atMs)}</time>
      {isOwn && <Tick delivery={delivery} />}
    </p>
  );
}

function Content({ message }: { message: MessageView }): ReactElement {
  const { replyTo, text, attachments } = message;
  return (
    <>
      {replyTo !== null && (
        <blockquote className="quote">
          <strong dir="auto">{replyTo.name}</strong>
          <span dir="auto">{replyTo.text}</span>
        </blockquote>
      )}
      <Attachments attachments={attachments} />
      {text !== '' && <LinkedText text={text} />}
    </>
  );
}

function Actions({ message, home }: { message: MessageView; home: Home }): ReactElement {
  const { id, isOwn } = message;
  return (
    <span className="message-actions">
      <IconButton icon="smile" label="Like" className="quiet" data-testid="react" onClick={() => home.react(id, '👍')} />
      <IconButton icon="reply" label="Reply" className="quiet" onClick={() => home.startReply(id)} />
      {isOwn && message.attachments.length === 0 && (
        <IconButton icon="edit" label="Edit" className="quiet" data-testid="edit" onClick={() => home.startEdit(id)} />
      )}
      {isOwn && (
        <IconButton icon="bin" label="Delete" className="quiet" data-testid="delete" onClick={() => home.remove(id)} />
      )}
    </span>
  );
}

const TICKS: Record<Delivery, readonly [string, string]> = {
  sending: ['○', 'On its way'],
  sent: ['✓', 'Sent'],
  delivered: ['✓✓', 'Delivered'],
  read: ['✓✓', 'Read'],
  failed: ['!', 'Not sent'],
};

function Tick({ delivery }: { delivery: Delivery }): ReactElement {
  const [sign, words] = TICKS[delivery];
  return (
    <span className="tick" data-delivery={delivery} title={words}>
      <span aria-hidden="true">{delivery === 'sending' ? <Icon name="clock" size={13} /> : sign}</span>
      <span className="visually-hidden">{words}</span>
    </span>
  );
}
