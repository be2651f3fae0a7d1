import { type ReactElement, type SubmitEvent, useState } from 'react';
import { asJoinFailure } from '../client/joinFailure';
import { Icon } from '../ui/icons';
import { useStore } from '../ui/useStore';
import { KnownPersons } from './KnownPersons';
import { useServices } from './services';

const MAX_NAME = 64;

interface Attempt {
  readonly busy: boolean;
  readonly problem: string | null;
  /** `user`: who comes back; null: somebody new. */
  readonly signIn: (name: string, user: string | null) => Promise<void>;
}

function useAttempt(): Attempt {
  const { account, api, known, preferences } = useServices();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const signIn = async (name: string, user: string | null): Promise<void> => {
    setBusy(true);
    try {
      const { identity } = await api.devToken({ room: null, name, identity: user });
      preferences.change({ name });
      known.remember({ user: identity, name });
      account.signIn({ user: identity, name, token: null });
    } catch (error) {
      const { title, hint } = asJoinFailure(error).advice;
      setProblem(`${title}. ${hint}`);
      setBusy(false);
    }
  };
  return { busy, problem, signIn };
}

/** Development login: a name is all it takes. In production people come by the links of their application. */
export function SignIn(): ReactElement {
  const { known, preferences } = useServices();
  const people = useStore(known);
  const { busy, problem, signIn } = useAttempt();
  const [name, setName] = useState(() => (people.length === 0 ? preferences.get().name : ''));
  const typed = name.trim();
  const returning = known.named(typed);
  return (
    <form
      className="sign-in"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        if (typed !== '' && !busy) void signIn(returning?.name ?? typed, returning?.user ?? null);
      }}
    >
      <h2>Be somebody here</h2>
      <p>Write to people, call them, and be called: sign in with a name.</p>
      <KnownPersons
        people={people}
        onContinue={(person) => !busy && void signIn(person.name, person.user)}
        onForget={({ user }) => known.forget(user)}
      />
      <div className="enter-room">
        <label className="visually-hidden" htmlFor="sign-in-name">
          Your name
        </label>
        <input
          id="sign-in-name"
          data-testid="sign-in-name"
          placeholder={people.length === 0 ? 'Your name' : 'Another name'}
          autoComplete="name"
          maxLength={MAX_NAME}
          dir="auto"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button" data-testid="sign-in" disabled={typed === ''} aria-busy={busy}>
          {returning === null ? 'Sign in' : 'Continue'} <Icon name="arrow" size={20} />
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
