import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import { Callout } from '../Callout';
import { useSelected } from '../useSelected';

/** Over everything: what is below is still there to be read, but nothing goes out and nothing comes in. */
export function LinkEnded({ home, onComeBack }: { home: Home; onComeBack: () => void }): ReactElement | null {
  const ending = useSelected(home.store, (state) => state.ending);
  if (ending === null) return null;
  return (
    <div className="link-ended" data-testid="link-ended">
      <Callout title={ending.title} hint={ending.hint} role="alert">
        <button type="button" className="button small primary" data-testid="come-back" onClick={onComeBack}>
          {ending.button}
        </button>
      </Callout>
    </div>
  );
}
