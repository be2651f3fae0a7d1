import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import type { Place } from '../../client/home/homeState';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useSelected } from '../useSelected';
import { talkIn } from './talkIn';

/** Above the first message that is new. */
export function NewDivider(): ReactElement {
  return (
    <li className="talk-new" role="separator" aria-label="New messages" data-testid="new-divider">
      New
    </li>
  );
}

/** The server counts no further. */
const MOST_COUNTED = 999;

function newsWords(count: number): string {
  if (count >= MOST_COUNTED) return `${MOST_COUNTED}+ new messages`;
  return count === 1 ? '1 new message' : `${count} new messages`;
}

/** Leads up to what is new, where it begins further back than what is on the page. */
export function NewsAbove({ home, place }: { home: Home; place: Place }): ReactElement | null {
  const above = useSelected(home.store, (state) => talkIn(state, place)?.news.above ?? 0);
  const loading = useSelected(home.store, (state) => talkIn(state, place)?.loading ?? false);
  if (above === 0 || loading) return null;
  return (
    <div className="news-above">
      <button type="button" data-testid="to-news" onClick={() => home.talk(place)?.showNews()}>
        <Icon name="down" size={18} /> {newsWords(above)}
      </button>
      <IconButton icon="close" label="Mark as read" className="quiet" data-testid="pass-news" onClick={() => home.talk(place)?.passNews()} />
    </div>
  );
}
