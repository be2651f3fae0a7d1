import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import type { StateView } from '../../client/home/cards';
import { useSelected } from '../useSelected';
import { DataCard } from './DataCard';
import { clockWithSeconds } from './words';

const NONE: readonly StateView[] = [];

/** The newest values that members of the conversation share, as a sensor does; over the messages. */
export function SharedValues({ home }: { home: Home }): ReactElement | null {
  const states = useSelected(home.store, (state) => state.open?.states ?? NONE);
  if (states.length === 0) return null;
  return (
    <section className="shared-values" aria-label="Latest values" tabIndex={0} data-testid="shared-values">
      {states.map(({ key, card, atMs }) => (
        <div key={key} className="shared-value" data-testid="shared-value" data-key={key}>
          <DataCard card={card} />
          <time dateTime={new Date(atMs).toISOString()}>{clockWithSeconds(atMs)}</time>
        </div>
      ))}
    </section>
  );
}
