import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import type { HomeState, Section } from '../../client/home/homeState';
import { Icon, type IconName } from '../icons';
import { useSelected } from '../useSelected';

const SECTIONS: readonly (readonly [Section, string, IconName])[] = [
  ['chats', 'Chats', 'chat'],
  ['people', 'People', 'people'],
  ['calls', 'Calls', 'phone'],
];

export interface SectionTabsProps {
  home: Home;
  section: Section;
  onSection: (section: Section) => void;
}

export function SectionTabs({ home, section, onSection }: SectionTabsProps): ReactElement {
  const unread = useSelected(home.store, unreadChats);
  const missed = useSelected(home.store, (state) => state.missedCalls);
  const hasMoreChats = useSelected(home.store, (state) => state.hasMoreConversations);
  const isCallOn = useSelected(home.store, (state) => state.running.length > 0);
  const badges: Record<Section, number> = { chats: unread, people: 0, calls: missed };
  return (
    <nav className="tabs" aria-label="Sections">
      {SECTIONS.map(([value, label, icon]) => (
        <button
          key={value}
          type="button"
          className="tab"
          aria-current={section === value ? 'page' : undefined}
          data-testid={`tab-${value}`}
          onClick={() => onSection(value)}
        >
          <Icon name={icon} size={20} />
          {label}
          {value === 'calls' && isCallOn && (
            <span className="tab-call" data-testid="tab-call">
              <span className="visually-hidden">Call in progress</span>
            </span>
          )}
          {badges[value] > 0 && (
            <span className="tab-badge" data-testid={`badge-${value}`}>
              {countWords(badges[value], value === 'chats' && hasMoreChats)}
              <span className="visually-hidden">{value === 'calls' ? ' missed' : ' unread'}</span>
            </span>
          )}
        </button>
      ))}
    </nav>
  );
}

/** `more`: there are some that were not counted. */
function countWords(count: number, more: boolean): string {
  return count > 99 ? '99+' : `${count}${more ? '+' : ''}`;
}

function unreadChats({ conversations }: HomeState): number {
  return conversations.filter(({ unread }) => unread > 0).length;
}
