import { type ReactElement, type SubmitEvent, useId, useState } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import { MAX_NAME } from '../../client/memory/preferences';

/** The own name, changed while the meeting goes on. */
export function NameForm({ meeting, name }: { meeting: Meeting; name: string }): ReactElement {
  const id = useId();
  const [typed, setTyped] = useState(name);
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    const chosen = typed.trim();
    if (chosen !== '') meeting.rename(chosen);
  };
  return (
    <form className="name-form" onSubmit={save}>
      <label htmlFor={id}>Your name</label>
      <input
        id={id}
        data-testid="own-name"
        autoComplete="name"
        maxLength={MAX_NAME}
        required
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit" className="button">
        Save
      </button>
    </form>
  );
}
