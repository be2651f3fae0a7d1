import { type ReactElement, useId } from 'react';
import type { PreferenceStore } from '../client/memory/preferences';
import { useSelected } from './useSelected';

/** Switches the bandwidth saver, and says what that does. */
export function SaverSwitch({ preferences }: { preferences: PreferenceStore }): ReactElement {
  const saver = useSelected(preferences, (now) => now.saver);
  const id = useId();
  return (
    <div className="saver">
      <label className="switch">
        <input
          type="checkbox"
          role="switch"
          data-testid="saver"
          aria-describedby={id}
          checked={saver}
          onChange={(event) => preferences.change({ saver: event.target.checked })}
        />
        <span>Save bandwidth</span>
      </label>
      <p id={id} className="settings-note">
        The others come in small pictures, nine at a time, except for the one on the stage. Your camera is sent at half its size
        and 15 frames per second. Sound stays as it is.
      </p>
    </div>
  );
}
