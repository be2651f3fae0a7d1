import type { ReactElement } from 'react';
import type { Notify } from '../../client/notify/notifySwitch';
import { Callout } from '../Callout';
import { useStore } from '../useStore';
import { notifyWords, noSwitchWords } from './notifyWords';

/** Nothing is asked of anybody before the switch is touched. */
export function NotifySettings({ notify }: { notify: Notify }): ReactElement {
  const state = useStore(notify.store);
  if (state.kind === 'unsupported' || state.kind === 'blocked') {
    return (
      <div data-testid="notify" data-state={state.kind}>
        <Callout tone="info" role="note" {...noSwitchWords(state)} />
      </div>
    );
  }
  const isOn = state.kind === 'on';
  return (
    <div className="notify" data-testid="notify" data-state={state.kind} data-reach={isOn ? state.reach : undefined}>
      <label className="switch">
        <input
          type="checkbox"
          role="switch"
          data-testid="notify-switch"
          checked={isOn || state.kind === 'asking'}
          aria-describedby="notify-note"
          aria-busy={state.kind === 'asking'}
          onChange={() => (isOn ? notify.turnOff() : notify.turnOn())}
        />
        Notify me on this device
      </label>
      <p id="notify-note" className="settings-note">
        {notifyWords(state)}
      </p>
      {state.kind === 'off' && state.problem !== null && (
        <p className="field-problem" role="alert">
          {state.problem}
        </p>
      )}
    </div>
  );
}
