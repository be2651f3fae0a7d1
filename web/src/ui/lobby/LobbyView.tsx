import type { SubmitEvent, ReactElement } from 'react';
import type { JoinFailure } from '../../client/joinFailure';
import type { LobbyDevice } from '../../client/lobby/lobby';
import type { LobbyState } from '../../client/lobby/lobbyState';
import { summarizeFailures } from '../../client/mediaFailure';
import { MAX_NAME, type PreferenceStore } from '../../client/memory/preferences';
import { Wordmark } from '../Brand';
import { Callout } from '../Callout';
import { DeviceSelect } from '../DeviceSelect';
import { usePageTitle } from '../usePageTitle';
import { useStore } from '../useStore';
import { Preview } from './Preview';

export interface LobbyViewProps {
  room: string;
  lobby: LobbyState;
  preferences: PreferenceStore;
  /** The name in the token or of who is signed in, which the others will see whatever is typed; null when the person may choose. */
  fixedName: string | null;
  /** The same person is in this meeting in another tab. */
  elsewhere: boolean;
  failure: JoinFailure | null;
  joining: boolean;
  onToggle: (device: LobbyDevice) => void;
  onChoose: (device: LobbyDevice, id: string) => void;
  onJoin: () => void;
  /** Asks the server again after it did not answer. */
  onRetry: () => void;
}

/** The room's antechamber: see yourself, hear yourself, say who you are, go in. */
export function LobbyView(props: LobbyViewProps): ReactElement {
  const { room, lobby, preferences, failure, onToggle } = props;
  usePageTitle(`Join ${room}`);
  return (
    <div className="lobby">
      <header className="page-head">
        <a className="home-link" href="/" aria-label="Tureen, home">
          <Wordmark />
        </a>
      </header>
      <main className="lobby-main">
        <Preview lobby={lobby} name={nameOf(props)} onToggle={onToggle} />
        <div className="lobby-side">
          <p className="eyebrow">You are about to join</p>
          <h1 className="lobby-room">{room}</h1>
          {failure !== null && (
            <Callout title={failure.advice.title} hint={failure.advice.hint} role="alert">
              {failure.advice.retryable && failure.kind === 'server_unreachable' && (
                <button type="button" className="button small" onClick={props.onRetry}>
                  Try again
                </button>
              )}
            </Callout>
          )}
          {props.elsewhere && (
            <Callout
              title="You are in this meeting in another tab"
              hint="Joining here moves you over: that tab leaves the meeting."
              tone="info"
            />
          )}
          <DeviceProblems lobby={lobby} />
          <JoinForm {...props} preferences={preferences} />
        </div>
        <Selects {...props} />
      </main>
    </div>
  );
}

function JoinForm({ preferences, fixedName, failure, joining, onJoin }: LobbyViewProps): ReactElement {
  const { name } = useStore(preferences);
  const impossible = failure !== null && !failure.advice.retryable;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onJoin();
  };
  return (
    <form className="join-form" onSubmit={submit}>
      <label htmlFor="name">Your name</label>
      <input
        id="name"
        data-testid="name"
        autoComplete="name"
        placeholder="How the others will see you"
        maxLength={MAX_NAME}
        required
        // Not on phones: the keyboard would cover the preview before anybody has seen it.
        autoFocus={fixedName === null && window.matchMedia('(hover: hover)').matches}
        readOnly={fixedName !== null}
        value={fixedName ?? name}
        onChange={(event) => preferences.change({ name: event.target.value })}
      />
      <button
        type="submit"
        className="button primary large"
        data-testid="join"
        aria-disabled={joining}
        disabled={impossible}
      >
        {joining && <span className="spinner" aria-hidden="true" />}
        {joining ? 'Joining…' : 'Join'}
      </button>
    </form>
  );
}

function Selects({ lobby, preferences, onChoose }: LobbyViewProps): ReactElement {
  const { microphoneId, cameraId, speakerId } = useStore(preferences);
  const { microphones, cameras, speakers } = lobby.devices;
  return (
    <div className="lobby-devices">
      <DeviceSelect
        icon="microphone"
        label="Microphone"
        devices={microphones}
        selected={microphoneId}
        onSelect={(id) => onChoose('microphone', id)}
      />
      <DeviceSelect
        icon="camera"
        label="Camera"
        devices={cameras}
        selected={cameraId}
        onSelect={(id) => onChoose('camera', id)}
      />
      <DeviceSelect
        icon="sound"
        label="Speaker"
        devices={speakers}
        selected={speakerId}
        onSelect={(id) => preferences.change({ speakerId: id })}
      />
    </div>
  );
}

function DeviceProblems({ lobby }: { lobby: LobbyState }): ReactElement {
  const failures = [lobby.microphone, lobby.camera].flatMap((device) =>
    device.kind === 'failed' ? [device.failure] : [],
  );
  return (
    <>
      {summarizeFailures(failures).map(({ title, hint }) => (
        <Callout key={title} title={title} hint={hint} tone="info" />
      ))}
    </>
  );
}

function nameOf({ preferences, fixedName }: LobbyViewProps): string {
  return fixedName ?? preferences.get().name;
}
