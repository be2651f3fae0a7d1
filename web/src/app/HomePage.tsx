import { type ReactElement, use, useEffect, useMemo } from 'react';
import { CallPlace } from '../client/calls/callPlace';
import type { HomeAddress } from '../client/home/opened';
import type { Account } from '../client/memory/account';
import { roomPath } from '../client/rooms/roomLink';
import { CallOverlay } from '../ui/calls/CallOverlay';
import { HomeView } from '../ui/home/HomeView';
import { usePageTitle } from '../ui/usePageTitle';
import { openHome } from './openHome';
import { useServices } from './services';
import { useNewMeeting } from './useNewMeeting';

export interface HomePageProps {
  account: Account;
  /** As the address bar has it. */
  address: HomeAddress;
}

export function HomePage({ account, address }: HomePageProps): ReactElement {
  const services = useServices();
  const device = use(services.device());
  const newMeeting = useNewMeeting();
  const home = useMemo(() => openHome(services, account, device), [services, account, device]);
  const place = useMemo(() => new CallPlace(window), []);
  usePageTitle();
  useEffect(() => {
    home.start(address);
    return () => home.end();
  }, [home]); // eslint-disable-line react-hooks/exhaustive-deps -- where it is opened first
  const { conversation, thread } = address;
  useEffect(() => home.session.follow({ conversation, thread }), [home, conversation, thread]);
  // Another page ends the call: not without a question.
  const mayGo = (): boolean =>
    home.session.calls.store.get().meeting === null || window.confirm('You are in a call. Hang up and go into the meeting?');
  return (
    <div className="home-page">
      <CallOverlay calls={home.session.calls} place={place} home={home.session} preferences={services.preferences} />
      <HomeView
        home={home.session}
        notify={home.notify}
        section={home.section}
        preferences={services.preferences}
        onNewMeeting={() => mayGo() && newMeeting()}
        onEnterRoom={(room) => mayGo() && services.router.go(roomPath(room))}
        makeDeviceLink={home.makeDeviceLink}
        onComeBack={home.comeBack}
      />
    </div>
  );
}
