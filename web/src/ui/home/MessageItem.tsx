import { memo, type ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import type { Delivery, MessageView, Place } from '../../client/home/homeState';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { LinkedText } from '../LinkedText';
import { NotSent } from '../NotSent';
import { Attachments } from './Attachments';
import { DataCard } from './DataCard';
import { repliesWords } from './entryWords';
import type { MenuOf } from './MessageMenu';
import { MessageActions } from './MessageActions';
import { PersonAvatar } from './PersonAvatar';
import { Quote } from './Quote';
import { Reactions } from './Reactions';
import { clock } from './words';

export interface MessageItemProps {
  message: MessageView;
  follows: boolean;
  /** Somebody looked for it. */
  found: boolean;
  home: Home;
  place: Place;
  /** The one that the thread is under. */
  isRoot?: boolean;
  onMenu: (menu: MenuOf) => void;
}

export const MessageItem = memo(function DrawMessage(props: MessageItemProps): ReactElement {
  const { message, follows, found, isRoot = false } = props;
  const { id, sender, isOwn, delivery, mentionsMe } = message;
  return (
    <li
      className="talk-message"
      data-testid={isRoot ? 'thread-root' : 'message'}
      data-message={id}
      data-own={isOwn}
      data-follows={follows}
      data-delivery={delivery}
      data-mention={mentionsMe}
      data-found={found}
      tabIndex={-1}
    >
      {!isOwn && !follows && <PersonAvatar person={sender} size="small" withPresence={false} />}
      <Bubble {...props} />
    </li>
  );
});

function Bubble({ message, follows, home, place, isRoot = false, onMenu }: MessageItemProps): ReactElement {
  const { id, sender, isOwn, isDeleted, delivery, threadReplies } = message;
  return (
    <div className="bubble">
      <p className={follows || isOwn ? 'visually-hidden' : 'bubble-sender'}>
        <strong dir="auto">{isOwn ? 'You' : sender.name}</strong>
      </p>
      {isDeleted ? <p className="bubble-deleted">Message deleted</p> : <Content message={message} me={home.store.get().me.id} />}
      <Foot message={message} />
      {!isDeleted && <Reactions reactions={message.reactions} onReact={(label) => home.talk(place)?.react(id, label)} />}
      {!isRoot && threadReplies > 0 && <ThreadLink message={message} home={home} />}
      {delivery === 'failed' && (
        <NotSent problem={message.problem} onResend={() => home.talk(place)?.resend(id)} onDiscard={() => home.talk(place)?.discard(id)} />
      )}
      {isStored(message) && <Actions message={message} home={home} place={place} onMenu={onMenu} />}
    </div>
  );
}

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

function Content({ message, me }: { message: MessageView; me: string }): ReactElement {
  const { id, replyTo, text, attachments, mentioned, card } = message;
  return (
    <>
      {replyTo !== null && <Quote quote={replyTo} />}
      <Attachments message={id} attachments={attachments} />
      {card !== null && <DataCard card={card} />}
      {text !== '' && <LinkedText text={text} mentioned={mentioned} me={me} />}
    </>
  );
}

function ThreadLink({ message: { id, threadReplies }, home }: { message: MessageView; home: Home }): ReactElement {
  return (
    <button
      type="button"
      className="thread-link"
      data-testid="thread-link"
      data-thread-of={id}
      onClick={() => home.openThread(id, false)}
    >
      <Icon name="thread" size={18} /> {repliesWords(threadReplies)}
    </button>
  );
}

interface ActionsProps {
  message: MessageView;
  home: Home;
  place: Place;
  onMenu: (menu: MenuOf) => void;
}

function Actions({ message, home, place, onMenu }: ActionsProps): ReactElement {
  const { id, sender, isOwn, mayHaveThread } = message;
  return (
    <MessageActions
      whose={isOwn ? 'your message' : `the message of ${sender.name}`}
      testId="message"
      onLike={() => home.talk(place)?.react(id, '👍')}
      onReply={() => home.talk(place)?.startReply(id)}
      onMenu={(anchor) => onMenu({ message, anchor })}
    >
      {mayHaveThread && place === 'conversation' && (
        <IconButton
          icon="thread"
          label="Reply in thread"
          className="quiet"
          data-testid="start-thread"
          onClick={() => home.openThread(id, true)}
        />
      )}
    </MessageActions>
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
