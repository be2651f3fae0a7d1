import { type SubmitEvent, type ReactElement, useEffect, useState } from 'react';
import type { AppInfo } from '../protocol/appApi';
import { readRoomLinkUntrusted, roomPath } from '../client/rooms/roomLink';
import { Wordmark } from '../ui/Brand';
import { Callout } from '../ui/Callout';
import { Icon } from '../ui/icons';
import { ThemeChoice } from '../ui/ThemeChoice';
import { usePageTitle } from '../ui/usePageTitle';
import { useServices } from './services';
import { useNewMeeting } from './useNewMeeting';
import { SignIn } from './SignIn';
import { TureenPicture } from './TureenPicture';

type Server = { readonly kind: 'asking' | 'unreachable' } | { readonly kind: 'known'; readonly info: AppInfo };

export function LandingPage(): ReactElement {
  const { preferences } = useServices();
  const [server, askAgain] = useServer();
  usePageTitle();
  const byInvitation = server.kind === 'known' && !server.info.dev;
  return (
    <div className="landing">
      <header className="page-head">
        <Wordmark />
        <ThemeChoice preferences={preferences} />
      </header>
      <main className="landing-main">
        <div className="landing-text">
          <h1>Everyone around one pot.</h1>
          <p className="lead">
            Tureen is where people find, ring and write to each other, and meet by a link: all in the browser, with nothing to
            install.
          </p>
          {server.kind === 'unreachable' && <Unreachable onRetry={askAgain} />}
          <div className="landing-start">
            {!byInvitation && <NewMeeting />}
            <EnterRoom />
          </div>
          {server.kind === 'known' && server.info.dev && <SignIn />}
          {byInvitation && <p className="landing-note">Meetings on this server open from a personal invitation link.</p>}
        </div>
        <TureenPicture />
      </main>
      <footer className="landing-foot">{server.kind === 'known' && <span>Tureen {server.info.version}</span>}</footer>
    </div>
  );
}

function useServer(): [Server, () => void] {
  const { api } = useServices();
  const [attempt, setAttempt] = useState(0);
  const [server, setServer] = useState<Server>({ kind: 'asking' });
  useEffect(() => {
    let current = true;
    api.appInfo().then(
      (info) => current && setServer({ kind: 'known', info }),
      () => current && setServer({ kind: 'unreachable' }),
    );
    return () => void (current = false);
  }, [api, attempt]);
  return [server, () => setAttempt(attempt + 1)];
}

function Unreachable({ onRetry }: { onRetry: () => void }): ReactElement {
  return (
    <Callout title="The server does not answer" hint="Check your network connection, then try again.">
      <button type="button" className="button small" onClick={onRetry}>
        Try again
      </button>
    </Callout>
  );
}

function NewMeeting(): ReactElement {
  const start = useNewMeeting();
  return (
    <button type="button" className="button primary large" data-testid="new-meeting" onClick={start}>
      <Icon name="plus" /> New meeting
    </button>
  );
}

function EnterRoom(): ReactElement {
  const { router, seats } = useServices();
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState(false);
  const enter = (event: SubmitEvent): void => {
    event.preventDefault();
    const link = readRoomLinkUntrusted(typed);
    setProblem(link === null);
    if (link === null) return;
    if (link.token !== null) seats.change(link.room, { token: link.token, identity: null, inside: false });
    router.go(roomPath(link.room));
  };
  return (
    <form className="enter-room" onSubmit={enter} noValidate>
      <label className="visually-hidden" htmlFor="room">
        Meeting name or link
      </label>
      <input
        id="room"
        data-testid="room-input"
        placeholder="Meeting name or link"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-invalid={problem}
        aria-describedby={problem ? 'room-problem' : undefined}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setProblem(false);
        }}
      />
      <button type="submit" className="button" data-testid="go" disabled={typed.trim() === ''}>
        Go <Icon name="arrow" size={20} />
      </button>
      {problem && (
        <p id="room-problem" className="field-problem" role="alert">
          That is no meeting name. Paste the whole link, or type a name such as <b>team-lunch</b>.
        </p>
      )}
    </form>
  );
}
