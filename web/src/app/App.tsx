import { lazy, type ReactElement, Suspense, useEffect } from 'react';
import { useStore } from '../ui/useStore';
import { CrashBoundary } from './CrashBoundary';
import { LandingPage } from './LandingPage';
import { NotFoundPage } from './NotFoundPage';
import { useServices } from './services';
import { WaitingPage } from './WaitingPage';

/** Whoever is not signed in needs none of it. */
const HomePage = lazy(async () => ({ default: (await import('./HomePage')).HomePage }));

/** Media code is most of the app's size: the landing page does not wait for it. */
const RoomPage = lazy(async () => ({ default: (await import('./RoomPage')).RoomPage }));

const NOTHING_OPEN = { conversation: null, thread: null };

export function App(): ReactElement {
  const { router, preferences, account } = useServices();
  const route = useStore(router);
  const signedIn = useStore(account);
  const { theme } = useStore(preferences);
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  if (route.kind === 'landing' || route.kind === 'home') {
    if (signedIn === null) return <LandingPage />;
    return (
      <CrashBoundary>
        <Suspense fallback={<WaitingPage room="Tureen" text="Warming up…" />}>
          <HomePage key={signedIn.user} account={signedIn} address={route.kind === 'home' ? route : NOTHING_OPEN} />
        </Suspense>
      </CrashBoundary>
    );
  }
  if (route.kind === 'unknown') return <NotFoundPage />;
  return (
    <CrashBoundary>
      <Suspense fallback={<WaitingPage room={route.room} text="Warming up…" />}>
        <RoomPage key={route.room} room={route.room} />
      </Suspense>
    </CrashBoundary>
  );
}
