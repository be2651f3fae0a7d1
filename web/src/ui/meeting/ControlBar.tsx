import { type ReactElement, useState } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { Control } from '../../client/meeting/meetingState';
import type { PreferenceStore } from '../../client/memory/preferences';
import { IconButton } from '../IconButton';
import { useSelected } from '../useSelected';
import { SettingsDialog } from './SettingsDialog';

const MEDIA_CONTROLS: readonly Control[] = ['microphone', 'camera', 'screen'];

export interface ControlBarProps {
  meeting: Meeting;
  preferences: PreferenceStore;
  /** As in the top bar. */
  inert: boolean;
}

export function ControlBar({ meeting, preferences, inert }: ControlBarProps): ReactElement {
  const [settingsOpen, setSettingsOpen] = useState(false);
  const mayRename = useSelected(meeting.store, ({ rights }) => rights.rename);
  const name = useSelected(meeting.store, ({ people }) => people.find((person) => person.isLocal)?.name ?? '');
  const chatOpen = useSelected(meeting.store, ({ panel }) => panel === 'chat');
  const hasChat = useSelected(meeting.store, ({ audience }) => audience !== null);
  const unread = useSelected(meeting.store, (state) => state.unread);
  return (
    <nav className="controls" aria-label="Meeting controls" inert={inert}>
      <MediaControls meeting={meeting} controls={MEDIA_CONTROLS} />
      {hasChat && (
        <IconButton
          icon="chat"
          label="Chat"
          shortcut="C"
          data-testid="chat-toggle"
          tone={chatOpen ? 'active' : 'plain'}
          aria-expanded={chatOpen}
          badge={unread}
          onClick={() => meeting.togglePanel('chat')}
        />
      )}
      <IconButton icon="settings" label="Settings" data-testid="settings" onClick={() => setSettingsOpen(true)} />
      <IconButton icon="leave" label="Leave" tone="danger" data-testid="leave" onClick={() => meeting.leave()} />
      {settingsOpen && (
        <SettingsDialog
          meeting={meeting}
          preferences={preferences}
          name={mayRename ? name : null}
          onClose={() => setSettingsOpen(false)}
        />
      )}
    </nav>
  );
}

export interface MediaControlsProps {
  meeting: Meeting;
  controls: readonly Control[];
}

/** Switches for one's own devices. */
export function MediaControls({ meeting, controls }: MediaControlsProps): ReactElement {
  const rights = useSelected(meeting.store, (state) => state.rights);
  const busy = useSelected(meeting.store, (state) => state.busy);
  const me = useSelected(meeting.store, ({ people }) => people.find((person) => person.isLocal));
  const on = { microphone: me?.muted === false, camera: me?.camera != null, screen: me?.screen != null };
  const may = { ...rights, screen: rights.screen && canShareScreen() };
  return (
    <>
      {MEDIA_BUTTONS.filter(({ control }) => may[control] && controls.includes(control)).map(({ control, words, icons, shortcut, testId, tones, run }) => {
        const side = on[control] ? 'on' : 'off';
        return (
          <IconButton
            key={control}
            icon={icons[side]}
            label={words[side]}
            shortcut={shortcut}
            data-testid={testId}
            data-on={on[control]}
            tone={tones[side]}
            busy={busy.includes(control)}
            onClick={() => run(meeting)}
          />
        );
      })}
    </>
  );
}

const MEDIA_BUTTONS = [
  {
    control: 'microphone',
    testId: 'mic',
    shortcut: 'M',
    words: { on: 'Mute', off: 'Unmute' },
    icons: { on: 'microphone', off: 'microphoneOff' },
    tones: { on: 'plain', off: 'off' },
    run: (meeting: Meeting) => meeting.toggleMicrophone(),
  },
  {
    control: 'camera',
    testId: 'camera',
    shortcut: 'V',
    words: { on: 'Stop camera', off: 'Start camera' },
    icons: { on: 'camera', off: 'cameraOff' },
    tones: { on: 'plain', off: 'off' },
    run: (meeting: Meeting) => meeting.toggleCamera(),
  },
  {
    control: 'screen',
    testId: 'share',
    shortcut: 'S',
    words: { on: 'Stop sharing', off: 'Share your screen' },
    icons: { on: 'screen', off: 'screen' },
    tones: { on: 'active', off: 'plain' },
    run: (meeting: Meeting) => meeting.toggleScreen(),
  },
] as const;

/** Phones cannot share a screen, and insecure pages have no media devices at all. */
function canShareScreen(): boolean {
  return 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;
}
