import type { ReactElement } from 'react';
import type { PreferenceStore } from '../../client/memory/preferences';
import type { Notify } from '../../client/notify/notifySwitch';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useSelected } from '../useSelected';
import { useStore } from '../useStore';

export interface NotifyHintProps {
  notify: Notify;
  preferences: PreferenceStore;
}

/** Says once that one can be notified; whoever puts it away finds the switch under their name. */
export function NotifyHint({ notify, preferences }: NotifyHintProps): ReactElement | null {
  const { kind } = useStore(notify.store);
  const wanted = useSelected(preferences, (now) => now.notifyHint);
  if (!wanted || kind !== 'off') return null;
  return (
    <div className="notify-hint" role="note" data-testid="notify-hint">
      <button type="button" className="notify-hint-deed" data-testid="notify-on" onClick={() => notify.turnOn()}>
        <Icon name="bell" size={20} />
        <span>Notify me, even while Tureen is closed</span>
      </button>
      <IconButton icon="close" label="Not now" className="quiet" onClick={() => preferences.change({ notifyHint: false })} />
    </div>
  );
}
