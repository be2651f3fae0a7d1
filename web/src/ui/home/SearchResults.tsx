import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import type { FoundMessage, SearchView } from '../../client/home/homeState';
import type { MarkedPart } from '../../client/home/markedWords';
import { Icon } from '../icons';
import { useNow } from '../useNow';
import { Row } from './ConversationRow';
import { PersonAvatar } from './PersonAvatar';
import { moment, presenceWords } from './words';

/** What was found: people, groups by their names, messages. */
export function SearchResults({ search, home }: { search: SearchView; home: Home }): ReactElement {
  const { query, people, conversations, messages, more, busy } = search;
  const count = people.length + conversations.length + messages.length;
  return (
    <div className="rows found" data-testid="found">
      <p className="visually-hidden" role="status">
        {busy ? '' : count === 0 ? 'Nothing found' : `${people.length} people, ${conversations.length} groups, ${messages.length} messages found`}
      </p>
      <People search={search} home={home} />
      {conversations.length > 0 && (
        <section aria-label="Groups">
          <h2 className="found-head">Groups</h2>
          <ul>
            {conversations.map((row) => (
              <Row key={row.id} row={row} isOpen={false} onOpen={() => home.openConversation(row.id)} />
            ))}
          </ul>
        </section>
      )}
      {messages.length > 0 && (
        <section aria-label="Messages">
          <h2 className="found-head">Messages</h2>
          <ul>
            {messages.map((message) => (
              <Message key={message.id} message={message} home={home} />
            ))}
          </ul>
        </section>
      )}
      {more && (
        <button type="button" className="button rows-more" onClick={() => home.loadMoreFound()}>
          More messages
        </button>
      )}
      {busy && <span className="spinner found-busy" aria-hidden="true" />}
      {!busy && count === 0 && (
        <p className="home-empty">
          <span>
            Nothing here with <b dir="auto">{query}</b>. Whole words are searched for; the last one may be its beginning.
          </span>
        </p>
      )}
    </div>
  );
}

function People({ search: { people }, home }: { search: SearchView; home: Home }): ReactElement | null {
  const now = useNow();
  if (people.length === 0) return null;
  return (
    <section aria-label="People">
      <h2 className="found-head">People</h2>
      <ul>
        {people.map((person) => (
          <li key={person.id}>
            <button type="button" className="row-button" data-testid="found-person" onClick={() => home.writeTo(person.id)}>
              <PersonAvatar person={person} />
              <span className="row-text">
                <strong dir="auto">{person.name}</strong>
                <span className="row-last" dir="auto">
                  {presenceWords(person, now)}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Message({ message, home }: { message: FoundMessage; home: Home }): ReactElement {
  const { sender, isOwn, title, thread, atMs, words } = message;
  const now = useNow();
  return (
    <li>
      <button type="button" className="row-button found-message" data-testid="found-message" onClick={() => home.openFound(message)}>
        <PersonAvatar person={sender} withPresence={false} />
        <span className="row-text">
          <span className="row-top">
            <strong dir="auto">{title}</strong>
            <time dateTime={new Date(atMs).toISOString()}>{moment(atMs, now)}</time>
          </span>
          <span className="found-words" dir="auto">
            <span className="found-sender">{isOwn ? 'You' : sender.name}: </span>
            <Marked words={words} />
          </span>
          {thread !== null && (
            <span className="found-thread">
              <Icon name="thread" size={14} /> in a thread
            </span>
          )}
        </span>
      </button>
    </li>
  );
}

function Marked({ words }: { words: readonly MarkedPart[] }): ReactElement {
  return <>{words.map(({ text, marked }, at) => (marked ? <mark key={at}>{text}</mark> : text))}</>;
}
