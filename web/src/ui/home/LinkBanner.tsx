import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import { useSelected } from '../useSelected';

export function LinkBanner({ home }: { home: Home }): ReactElement | null {
  const link = useSelected(home.store, (state) => state.link);
  if (link === 'online' || link === 'ended') return null;
  return (
    <p className="link-banner" role="status">
      <span className="spinner" aria-hidden="true" />
      {link === 'connecting' ? 'Connecting…' : 'The connection is gone. What you write is sent when it is back.'}
    </p>
  );
}
