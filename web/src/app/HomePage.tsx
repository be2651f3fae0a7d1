import { Connection, storedCommands } from '@tureen/client';
import { type ReactElement, useEffect, useMemo } from 'react';
import { HomeSession } from '../client/home/homeSession';
import type { Account } from '../client/memory/account';
import { nativeDoorUrl } from '../client/nativeDoor';
import { roomPath } from '../client/rooms/roomLink';
import { CallOverlay } from '../ui/calls/CallOverlay';
import { HomeView } from '../ui/home/HomeView';
import { usePageTitle } from '../ui/usePageTitle';
import { conversationPath } from './router';
import { type Services, useServices } from './services';
import { useNewMeeting } from './useNewMeeting';

export interface HomePageProps {
  account: Account;
  conversation: string | null;
}

export function HomePage({ account, conversation }: HomePageProps): ReactElement {
  const services = useServices();
  const newMeeting = useNewMeeting();
  const session = useMemo(() => openHome(services, account), [services, account]);
  usePageTitle();
  useEffect(() => {
    void session.start(conversation);
    return () => session.end();
    // Later the page leads and the address follows.
  }, [session]); // eslint-disable-line react-hooks/exhaustive-deps
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

function openHome({ api, account: accounts, router, preferences, tabStorage }: Services, account: Account): HomeSession {
  const connection = new Connection({
    url: nativeDoorUrl(window.location),
    client: 'tureen-web',
    // Each tab is a device: two of them do not drive each other out.
    storage: tabStorage,
    commandStorage: storedCommands(window.localStorage, account.user),
    getToken: async () =>
      account.token ?? (await api.devToken({ room: null, name: account.name, identity: account.user })).token,
  });
  return new HomeSession(connection, account, preferences, {
    onOpened: (conversation) => router.go(conversationPath(conversation)),
    onSignOut: () => {
      connection.close();
      accounts.signOut();
      router.go('/');
    },
  });
}
