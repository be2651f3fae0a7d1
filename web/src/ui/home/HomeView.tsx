import { type ReactElement, useEffect, useRef } from 'react';
import type { Home } from '../../client/home/home';
import type { Section } from '../../client/home/homeState';
import type { PreferenceStore } from '../../client/memory/preferences';
import type { Notify } from '../../client/notify/notifySwitch';
import type { Store } from '../../client/store';
import { useSelected } from '../useSelected';
import { useStore } from '../useStore';
import { CallsList } from './CallsList';
import { ConversationPane } from './ConversationPane';
import { ConversationsList } from './ConversationsList';
import { EmptyPane } from './EmptyPane';
import { isFocusLost } from './focusLoss';
import { HomeHead } from './HomeHead';
import { HomeNotices } from './HomeNotices';
import { LeaveForDialog } from './LeaveForDialog';
import { LinkBanner } from './LinkBanner';
import { LinkEnded } from './LinkEnded';
import { NotifyHint } from './NotifyHint';
import { PeopleList } from './PeopleList';
import { Ringing } from './Ringing';
import { SectionTabs } from './SectionTabs';

export interface HomeViewProps {
  home: Home;
  notify: Notify;
  /** Which list stands beside the conversation. */
  section: Store<Section>;
  preferences: PreferenceStore;
  onNewMeeting: () => void;
  onEnterRoom: (room: string) => void;
  /** Null where only the application lets people in. */
  makeDeviceLink: (() => Promise<string>) | null;
  /** After the connection has ended for good. */
  onComeBack: () => void;
}

/** Back at the list, the keyboard is where it left it. */
function useFocusOnReturn(openId: string | null): void {
  const before = useRef<string | null>(null);
  useEffect(() => {
    const closed = openId === null ? before.current : null;
    before.current = openId;
    if (closed === null || !isFocusLost()) return;
    document.querySelector<HTMLElement>(`.home-side [data-conversation="${CSS.escape(closed)}"]`)?.focus();
  }, [openId]);
}

/** A list beside what is open; on a phone one at a time. */
export function HomeView(props: HomeViewProps): ReactElement {
  const { home, notify, preferences, onNewMeeting, onEnterRoom } = props;
  const section = useStore(props.section);
  const setSection = (next: Section): void => props.section.set(next);
  const openId = useSelected(home.store, ({ open }) => open?.row.id ?? null);
  const hasOpen = openId !== null;
  useFocusOnReturn(openId);
  return (
    <div className="home" data-open={hasOpen}>
      <LinkEnded home={home} onComeBack={props.onComeBack} />
      <aside className="home-side">
        <HomeHead home={home} notify={notify} preferences={preferences} onNewMeeting={onNewMeeting} makeDeviceLink={props.makeDeviceLink} />
        <LinkBanner home={home} />
        <SectionTabs home={home} section={section} onSection={setSection} />
        {section === 'chats' && <ConversationsList home={home} onPeople={() => setSection('people')} />}
        {section === 'people' && <PeopleList home={home} onOpened={() => setSection('chats')} />}
        {section === 'calls' && <CallsList home={home} />}
        <NotifyHint notify={notify} preferences={preferences} />
      </aside>
      <main className="home-main">
        {hasOpen ? (
          <ConversationPane home={home} onEnterRoom={onEnterRoom} />
        ) : (
          <EmptyPane onNewMeeting={onNewMeeting} onPeople={() => setSection('people')} />
        )}
      </main>
      <Ringing home={home} />
      <LeaveForDialog home={home} />
      <HomeNotices home={home} />
    </div>
  );
}
