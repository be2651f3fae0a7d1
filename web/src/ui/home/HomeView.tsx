import { type ReactElement, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { Section } from '../../client/home/homeState';
import type { PreferenceStore } from '../../client/memory/preferences';
import { useSelected } from '../useSelected';
import { CallsList } from './CallsList';
import { ConversationPane } from './ConversationPane';
import { ConversationsList } from './ConversationsList';
import { EmptyPane } from './EmptyPane';
import { HomeHead } from './HomeHead';
import { HomeNotices } from './HomeNotices';
import { LinkBanner } from './LinkBanner';
import { PeopleList } from './PeopleList';
import { Ringing } from './Ringing';
import { SectionTabs } from './SectionTabs';

export interface HomeViewProps {
  home: Home;
  preferences: PreferenceStore;
  onNewMeeting: () => void;
  onEnterRoom: (room: string) => void;
}

/** A list beside what is open; on a phone one at a time. */
export function HomeView({ home, preferences, onNewMeeting, onEnterRoom }: HomeViewProps): ReactElement {
  const [section, setSection] = useState<Section>('chats');
  const hasOpen = useSelected(home.store, ({ open }) => open !== null);
  return (
    <div className="home" data-open={hasOpen}>
      <aside className="home-side">
        <HomeHead home={home} preferences={preferences} onNewMeeting={onNewMeeting} />
        <LinkBanner home={home} />
        <SectionTabs home={home} section={section} onSection={setSection} />
        {section === 'chats' && <ConversationsList home={home} onPeople={() => setSection('people')} />}
        {section === 'people' && <PeopleList home={home} onOpened={() => setSection('chats')} />}
        {section === 'calls' && <CallsList home={home} />}
      </aside>
      <main className="home-main">
        {hasOpen ? (
          <ConversationPane home={home} onEnterRoom={onEnterRoom} />
        ) : (
          <EmptyPane onNewMeeting={onNewMeeting} onPeople={() => setSection('people')} />
        )}
      </main>
      <Ringing home={home} />
      <HomeNotices home={home} />
    </div>
  );
}
