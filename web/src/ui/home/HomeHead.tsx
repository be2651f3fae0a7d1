import { type ReactElement, type SubmitEvent, useRef, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { PreferenceStore } from '../../client/memory/preferences';
import type { Notify } from '../../client/notify/notifySwitch';
import { Mark } from '../Brand';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { ThemeChoice } from '../ThemeChoice';
import { useNow } from '../useNow';
import { useSelected } from '../useSelected';
import { CallWaitingSwitch } from './CallWaitingSwitch';
import { NotifySettings } from './NotifySettings';
import { OtherDevice } from './OtherDevice';
import { PersonAvatar } from './PersonAvatar';
import { presenceWords } from './words';

export interface HomeHeadProps {
  home: Home;
  notify: Notify;
  preferences: PreferenceStore;
  onNewMeeting: () => void;
  /** Null where only the application lets people in. */
  makeDeviceLink: (() => Promise<string>) | null;
}

export function HomeHead({ home, notify, preferences, onNewMeeting, makeDeviceLink }: HomeHeadProps): ReactElement {
  const me = useSelected(home.store, (state) => state.me);
  const menu = useRef<HTMLDialogElement>(null);
  const now = useNow();
  return (
    <header className="home-head">
      <Mark size={32} />
      <button type="button" className="home-me" data-testid="me" onClick={() => menu.current?.showModal()}>
        <PersonAvatar person={me} size="small" />
        <span className="home-me-text">
          <strong dir="auto">{me.name}</strong>
          <span>{presenceWords(me, now)}</span>
        </span>
        <span className="visually-hidden">: your status and settings</span>
      </button>
      <IconButton icon="camera" label="New meeting" className="quiet" data-testid="new-meeting" onClick={onNewMeeting} />
      <dialog ref={menu} className="settings" aria-label="You">
        <div className="panel-head">
          <h2>You</h2>
          <IconButton icon="close" label="Close" className="quiet" onClick={() => menu.current?.close()} />
        </div>
        <div className="settings-body">
          <StatusForm home={home} onDone={() => menu.current?.close()} />
          <h3>Notifications</h3>
          <NotifySettings notify={notify} />
          <CallWaitingSwitch waiting={home.calls.waiting} />
          {makeDeviceLink !== null && <OtherDevice makeLink={makeDeviceLink} />}
          <h3>Colours</h3>
          <ThemeChoice preferences={preferences} />
          <button type="button" className="button" data-testid="sign-out" onClick={() => home.signOut()}>
            Sign out
          </button>
        </div>
      </dialog>
    </header>
  );
}

function StatusForm({ home, onDone }: { home: Home; onDone: () => void }): ReactElement {
  const me = useSelected(home.store, (state) => state.me);
  const [text, setText] = useState(me.statusText);
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    home.setStatus(text.trim());
    onDone();
  };
  return (
    <form className="status-form" onSubmit={save}>
      <label className="switch">
        <input
          type="checkbox"
          checked={me.availability === 'away'}
          onChange={(event) => home.setAvailability(event.target.checked ? 'away' : 'online')}
        />
        Show me as away
      </label>
      <label htmlFor="status-text">
        <h3>Status</h3>
      </label>
      <div className="status-row">
        <input
          id="status-text"
          maxLength={200}
          placeholder="Cooking until noon"
          dir="auto"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button">
          <Icon name="check" size={20} /> Save
        </button>
      </div>
    </form>
  );
}
