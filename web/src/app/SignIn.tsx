import { type ReactElement, type SubmitEvent, useState } from 'react';
import { asJoinFailure } from '../client/joinFailure';
import { Icon } from '../ui/icons';
import { useServices } from './services';

const MAX_NAME = 64;

/** Development login: a name is all it takes. In production people come by the links of their application. */
export function SignIn(): ReactElement {
  const { account, api, preferences } = useServices();
  const [name, setName] = useState(preferences.get().name);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const signIn = async (): Promise<void> => {
    setBusy(true);
    try {
      const { identity } = await api.devToken({ room: null, name: name.trim(), identity: null });
      preferences.change({ name: name.trim() });
      account.signIn({ user: identity, name: name.trim(), token: null });
    } catch (error) {
      const { title, hint } = asJoinFailure(error).advice;
      setProblem(`${title}. ${hint}`);
      setBusy(false);
    }
  };
  return (
    <form
      className="sign-in"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        if (name.trim() !== '' && !busy) void signIn();
      }}
    >
      <h2>Be somebody here</h2>
      <p>Write to people, call them, and be called: sign in with a name.</p>
      <div className="enter-room">
        <label className="visually-hidden" htmlFor="sign-in-name">
          Your name
        </label>
        <input
          id="sign-in-name"
          data-testid="sign-in-name"
          placeholder="Your name"
          autoComplete="name"
          maxLength={MAX_NAME}
          dir="auto"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button" data-testid="sign-in" disabled={name.trim() === ''} aria-busy={busy}>
          Sign in <Icon name="arrow" size={20} />
        </button>
      </div>
      {problem !== null && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
