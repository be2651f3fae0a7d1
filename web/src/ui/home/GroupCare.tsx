import { type ReactElement, type SubmitEvent, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { PersonView } from '../../client/home/homeState';
import { Icon } from '../icons';
import { useSelected } from '../useSelected';
import { FindPeople } from './FindPeople';

/** What becomes of a change, for whoever asked for it. */
type Outcome = { readonly kind: 'done' | 'problem'; readonly words: string } | null;

/** The group's name, and who else comes in; the server has the last word. */
export function GroupCare({ home }: { home: Home }): ReactElement | null {
  const kind = useSelected(home.store, (state) => state.open?.row.kind ?? null);
  const title = useSelected(home.store, (state) => state.open?.row.title ?? '');
  const mayRename = useSelected(home.store, (state) => (state.open?.ownRole ?? 'member') !== 'member');
  if (kind !== 'group') return null;
  return (
    <div className="settings-body group-care">
      {mayRename && <GroupName key={title} home={home} title={title} />}
      <AddMembers home={home} />
    </div>
  );
}

function GroupName({ home, title }: { home: Home; title: string }): ReactElement {
  const [typed, setTyped] = useState(title);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const [busy, setBusy] = useState(false);
  const wanted = typed.trim();
  const isNew = wanted !== '' && wanted !== title;
  const save = async (): Promise<void> => {
    setBusy(true);
    const problem = await home.group.rename(wanted);
    setBusy(false);
    setOutcome(problem === null ? null : { kind: 'problem', words: problem });
  };
  return (
    <form
      className="group-name"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        if (isNew && !busy) void save();
      }}
    >
      <label htmlFor="group-rename">
        <h3>Name</h3>
      </label>
      <div className="group-name-row">
        <input
          id="group-rename"
          data-testid="group-rename"
          maxLength={256}
          dir="auto"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button" data-testid="group-rename-save" disabled={!isNew} aria-busy={busy}>
          Save
        </button>
      </div>
      <Said outcome={outcome} />
    </form>
  );
}

function AddMembers({ home }: { home: Home }): ReactElement {
  const members = useSelected(home.store, (state) => state.open?.members ?? null);
  const [isOpen, setOpen] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const inside = new Set(members?.map(({ person }) => person.id));
  const add = async (person: PersonView): Promise<void> => {
    const problem = await home.group.add(person);
    setOutcome(problem === null ? { kind: 'done', words: `${person.name} is in the group now.` } : { kind: 'problem', words: problem });
  };
  return (
    <div className="group-add">
      <button
        type="button"
        className="button"
        data-testid="add-members"
        aria-expanded={isOpen}
        onClick={() => {
          setOpen(!isOpen);
          setOutcome(null);
        }}
      >
        <Icon name={isOpen ? 'check' : 'plus'} size={20} /> {isOpen ? 'Done' : 'Add people'}
      </button>
      {isOpen && (
        <FindPeople home={home} id="member-people" except={inside} choiceTestId="choose-member" onChoose={(person) => void add(person)} />
      )}
      <Said outcome={outcome} />
    </div>
  );
}

function Said({ outcome }: { outcome: Outcome }): ReactElement | null {
  if (outcome === null) return null;
  const { kind, words } = outcome;
  return (
    <p className={kind === 'problem' ? 'field-problem' : 'settings-note'} role={kind === 'problem' ? 'alert' : 'status'} data-testid="group-said">
      {words}
    </p>
  );
}
