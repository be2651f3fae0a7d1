import { type ReactElement, useId } from 'react';
import type { CallWaitingChoice } from '../../client/home/home';
import { useStore } from '../useStore';

/** Absent until it is known what holds. */
export function CallWaitingSwitch({ waiting }: { waiting: CallWaitingChoice }): ReactElement | null {
  const isOn = useStore(waiting.store);
  const id = useId();
  if (isOn === null) return null;
  return (
    <>
      <h3>Calls</h3>
      <div className="notify">
        <label className="switch">
          <input
            type="checkbox"
            role="switch"
            data-testid="call-waiting"
            checked={isOn}
            aria-describedby={id}
            onChange={(event) => waiting.choose(event.target.checked)}
          />
          Ring while I am in a call
        </label>
        <p id={id} className="settings-note">
          {isOn ? 'A second call rings too.' : 'Who calls meanwhile hears that you are busy.'} This holds on all your devices.
        </p>
      </div>
    </>
  );
}
