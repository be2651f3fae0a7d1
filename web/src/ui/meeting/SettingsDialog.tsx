import { type ReactElement, useEffect, useRef, useState } from 'react';
import { type DeviceLists, NO_DEVICES } from '../../client/lobby/devices';
import type { Meeting } from '../../client/meeting/meeting';
import type { PreferenceStore } from '../../client/memory/preferences';
import { DeviceSelect } from '../DeviceSelect';
import { IconButton } from '../IconButton';
import { SaverSwitch } from '../SaverSwitch';
import { ThemeChoice } from '../ThemeChoice';
import { useStore } from '../useStore';
import { NameForm } from './NameForm';
import { keyName, SHORTCUTS, type ShortcutKey } from './shortcuts';
import { ViewChoice } from './ViewChoice';

export interface SettingsDialogProps {
  meeting: Meeting;
  preferences: PreferenceStore;
  /** The own name; null where it cannot be changed. */
  name: string | null;
  onClose: () => void;
}

export function SettingsDialog({ meeting, preferences, name, onClose }: SettingsDialogProps): ReactElement {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  const openStatistics = (): void => {
    ref.current?.close();
    meeting.openPanel('statistics');
  };
  return (
    <dialog ref={ref} className="settings" aria-labelledby="settings-title" onClose={onClose}>
      <header className="panel-head">
        <h2 id="settings-title">Settings</h2>
        <IconButton icon="close" label="Close settings" className="quiet" onClick={() => ref.current?.close()} />
      </header>
      <div className="settings-body">
        {name !== null && <NameForm meeting={meeting} name={name} />}
        <Devices meeting={meeting} preferences={preferences} />
        <h3>View</h3>
        <ViewChoice preferences={preferences} />
        <h3>Connection</h3>
        <SaverSwitch preferences={preferences} />
        <button type="button" className="button" data-testid="open-statistics" onClick={openStatistics}>
          Show statistics
        </button>
        <h3>Appearance</h3>
        <ThemeChoice preferences={preferences} />
        <Shortcuts preferences={preferences} />
      </div>
    </dialog>
  );
}

function Devices({ meeting, preferences }: { meeting: Meeting; preferences: PreferenceStore }): ReactElement {
  const { microphoneId, cameraId, speakerId } = useStore(preferences);
  const [devices, setDevices] = useState<DeviceLists>(NO_DEVICES);
  useEffect(() => {
    let open = true;
    void meeting.listDevices().then((lists) => open && setDevices(lists));
    return () => void (open = false);
  }, [meeting]);
  const none = devices.microphones.length + devices.cameras.length + devices.speakers.length === 0;
  return (
    <>
      <h3>Devices</h3>
      {none && <p className="settings-note">Devices can be chosen here once the microphone or the camera is allowed.</p>}
      <DeviceSelect
        icon="microphone"
        label="Microphone"
        devices={devices.microphones}
        selected={microphoneId}
        onSelect={(id) => meeting.switchDevice('microphone', id)}
      />
      <DeviceSelect
        icon="camera"
        label="Camera"
        devices={devices.cameras}
        selected={cameraId}
        onSelect={(id) => meeting.switchDevice('camera', id)}
      />
      <DeviceSelect
        icon="sound"
        label="Speaker"
        devices={devices.speakers}
        selected={speakerId}
        onSelect={(id) => meeting.switchDevice('speaker', id)}
      />
    </>
  );
}

function Shortcuts({ preferences }: { preferences: PreferenceStore }): ReactElement {
  const { shortcuts } = useStore(preferences);
  return (
    <section className="settings-keys" aria-labelledby="settings-keys">
      <h3 id="settings-keys">Keyboard</h3>
      <label className="switch">
        <input
          type="checkbox"
          checked={shortcuts}
          onChange={(event) => preferences.change({ shortcuts: event.target.checked })}
        />
        <span>Single-key shortcuts</span>
      </label>
      <dl className="shortcuts" data-enabled={shortcuts}>
        {(Object.keys(SHORTCUTS) as ShortcutKey[]).map((key) => (
          <div key={key}>
            <dt>
              <kbd>{keyName(key)}</kbd>
            </dt>
            <dd>{SHORTCUTS[key].label}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
