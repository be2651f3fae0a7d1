import { type ReactElement, type RefObject, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { MemberRole, MemberView } from '../../client/home/homeState';
import { IconButton } from '../IconButton';
import { useNow } from '../useNow';
import { useSelected } from '../useSelected';
import { type Action, ActionMenu } from './ActionMenu';
import { GroupCare } from './GroupCare';
import { PersonAvatar } from './PersonAvatar';
import { presenceWords, untilWords } from './words';

const HOUR_MS = 3_600_000;
const NONE: readonly MemberView[] = [];
const ROLES: Record<MemberRole, string> = { owner: 'Owner', moderator: 'Moderator', member: '' };
const RANKS: Record<MemberRole, number> = { owner: 2, moderator: 1, member: 0 };

export interface MembersDialogProps {
  home: Home;
  dialog: RefObject<HTMLDialogElement | null>;
}

/** Who is in a group; its owners and moderators keep the peace here. */
export function MembersDialog({ home, dialog }: MembersDialogProps): ReactElement {
  const [turn, setTurn] = useState(0);
  const members = useSelected(home.store, (state) => state.open?.members ?? NONE);
  const count = useSelected(home.store, (state) => state.open?.memberCount ?? 0);
  const ownRole = useSelected(home.store, (state) => state.open?.ownRole ?? 'member');
  return (
    <dialog ref={dialog} className="settings" aria-label="Members" data-testid="members-dialog" onClose={() => setTurn(turn + 1)}>
      <div className="panel-head">
        <h2>Members ({count})</h2>
        <IconButton icon="close" label="Close" className="quiet" onClick={() => dialog.current?.close()} />
      </div>
      <GroupCare key={turn} home={home} />
      <ul className="rows">
        {members.map((member) => (
          <Row key={member.person.id} member={member} home={home} ownRole={ownRole} />
        ))}
      </ul>
      {members.length < count && <p className="settings-note members-note">The first of them are shown.</p>}
    </dialog>
  );
}

function Row({ member, home, ownRole }: { member: MemberView; home: Home; ownRole: MemberRole }): ReactElement {
  const { person, role, mutedUntilMs } = member;
  const now = useNow();
  const me = useSelected(home.store, (state) => state.me.id);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const mayModerate = person.id !== me && RANKS[ownRole] > RANKS[role];
  const isMuted = mutedUntilMs !== null && mutedUntilMs > now;
  return (
    <li className="person-row" data-testid="member">
      <div className="row-button">
        <PersonAvatar person={person} />
        <span className="row-text">
          <strong dir="auto">{person.id === me ? `${person.name} (you)` : person.name}</strong>
          <span className="row-last" dir="auto">
            {isMuted ? `May write again ${untilWords(mutedUntilMs, now)}` : presenceWords(person, now)}
          </span>
        </span>
        {role !== 'member' && <span className="member-role">{ROLES[role]}</span>}
      </div>
      {mayModerate && (
        <IconButton
          icon="more"
          label={`Moderate ${person.name}`}
          className="quiet"
          aria-haspopup="dialog"
          data-testid="moderate"
          onClick={(event) => setAnchor(event.currentTarget)}
        />
      )}
      {anchor !== null && (
        <ActionMenu label={person.name} anchor={anchor} actions={actionsOf(person.id, isMuted, home)} onClose={() => setAnchor(null)} />
      )}
    </li>
  );
}

function actionsOf(user: string, isMuted: boolean, home: Home): Action[] {
  const mute = (hours: number): void => home.muteMember(user, Date.now() + hours * HOUR_MS);
  const quiet: Action[] = isMuted
    ? [{ icon: 'check', label: 'Let them write again', testId: 'unmute-member', run: () => home.muteMember(user, null) }]
    : [
        { icon: 'clock', label: 'No writing for an hour', testId: 'mute-member', run: () => mute(1) },
        { icon: 'clock', label: 'No writing for a day', run: () => mute(24) },
      ];
  return [...quiet, { icon: 'leaveGroup', label: 'Remove from the group', danger: true, run: () => home.removeMember(user) }];
}
