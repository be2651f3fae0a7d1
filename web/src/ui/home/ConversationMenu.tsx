import { type ReactElement, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { ConversationRow } from '../../client/home/homeState';
import { IconButton } from '../IconButton';
import { type Action, ActionMenu } from './ActionMenu';

export interface ConversationMenuProps {
  home: Home;
  row: ConversationRow;
  onMembers: () => void;
}

/** What is done rarely with a conversation. */
export function ConversationMenu({ home, row, onMembers }: ConversationMenuProps): ReactElement {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <IconButton
        icon="more"
        label="More"
        className="quiet"
        aria-haspopup="dialog"
        data-testid="conversation-more"
        onClick={(event) => setAnchor(event.currentTarget)}
      />
      {anchor !== null && (
        <ActionMenu label={row.title} anchor={anchor} actions={actionsOf(row, home, onMembers)} onClose={() => setAnchor(null)} />
      )}
    </>
  );
}

function actionsOf({ id, kind, other }: ConversationRow, home: Home, onMembers: () => void): Action[] {
  if (kind === 'direct' && other !== null) {
    const { isBlocked, isContact, name } = other;
    const list: Action = isContact
      ? { icon: 'close', label: `Take ${name} off your list`, run: () => home.removeContact(other.id) }
      : { icon: 'plus', label: `Put ${name} on your list`, run: () => home.addContact(other.id) };
    const block: Action = isBlocked
      ? { icon: 'check', label: `Unblock ${name}`, testId: 'unblock', run: () => home.block(other.id, false) }
      : { icon: 'block', label: `Block ${name}`, testId: 'block', danger: true, run: () => home.block(other.id, true) };
    return isBlocked ? [block] : [list, block];
  }
  return [
    { icon: 'people', label: kind === 'group' ? 'Name and members' : 'Members', testId: 'members', run: onMembers },
    { icon: 'leaveGroup', label: kind === 'room' ? 'Leave the conversation' : 'Leave the group', danger: true, run: () => home.leaveConversation(id) },
  ];
}
