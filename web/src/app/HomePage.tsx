import { Connection, storedCommands } from '@tureen/client';
import { type ReactElement, useEffect, useMemo } from 'react';
import { HomeSession } from '../client/home/homeSession';
import type { HomeAddress } from '../client/home/opened';
import type { Account } from '../client/memory/account';
import { SeenCalls } from '../client/memory/seenCalls';
import { nativeDoorUrl } from '../client/nativeDoor';
import { roomPath } from '../client/rooms/roomLink';
import { CallOverlay } from '../ui/calls/CallOverlay';
import { HomeView } from '../ui/home/HomeView';
import { usePageTitle } from '../ui/usePageTitle';
import { conversationPath, type Router } from './router';
import { type Services, useServices } from './services';
import { useNewMeeting } from './useNewMeeting';

export interface HomePageProps {
  account: Account;
  /** As the address bar has it. */
  address: HomeAddress;
}

export function HomePage({ account, address }: HomePageProps): ReactElement {
  const services = useServices();
  const newMeeting = useNewMeeting();
  const session = useMemo(() => openHome(services, account), [services, account]);
  usePageTitle();
  useEffect(() => {
    void session.start(address);
    return () => session.end();
  }, [session]); // eslint-disable-line react-hooks/exhaustive-deps -- where it is opened first
  const { conversation, thread } = address;
  useEffect(() => session.follow({ conversation, thread }), [session, conversation, thread]);
  return (
    <>
    <HomeView
      home={session}
      preferences={services.preferences}
      onNewMeeting={newMeeting}
      onEnterRoom={(room) => services.router.go(roomPath(room))}
    />
      <CallOverlay calls={session.calls} home={session} preferences={services.preferences} />
    </>
  );
}

/** The address bar follows: deeper by a new entry, out again by the one that was there. */
function lead(router: Router, { conversation, thread }: HomeAddress): void {
  const path = conversationPath(conversation, thread);
  const shown = router.get();
  const before = shown.kind === 'home' ? shown : { conversation: null, thread: null };
  if (before.conversation === conversation && before.thread === thread) return;
  const isOut = conversation === null || (conversation === before.conversation && thread === null);
  if (isOut) router.leaveTo(path);
  else router.go(path);
}

function openHome({ api, account: accounts, router, preferences, tabStorage, browserStorage }: Services, account: Account): HomeSession {
  const connection = new Connection({
    url: nativeDoorUrl(window.location),
    client: 'tureen-web',
    // Each tab is a device: two of them do not drive each other out.
    storage: tabStorage,
    commandStorage: storedCommands(window.localStorage, account.user),
    getToken: async () =>
      account.token ?? (await api.devToken({ room: null, name: account.name, identity: account.user })).token,
  });
  const seenCalls = new SeenCalls(browserStorage, account.user);
  return new HomeSession(connection, { account, preferences, seenCalls }, {
    onOpened: (open) => lead(router, open),
    onSignOut: () => {
      connection.close();
      accounts.signOut();
      router.go('/');
    },
  });
}
