import { type ReactElement, useState } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { ChatMessage } from '../../client/meeting/meetingState';
import { type Action, ActionMenu } from '../home/ActionMenu';
import { DeleteDialog } from '../home/DeleteDialog';
import { REACTIONS } from '../home/MessageMenu';

/** Of which message, and beside what. */
export interface ChatMenuOf {
  readonly message: ChatMessage;
  readonly anchor: HTMLElement;
}

export interface ChatMenuProps {
  /** Null while it is closed. */
  menu: ChatMenuOf | null;
  meeting: Meeting;
  onReply: (message: ChatMessage) => void;
  onEdit: (message: ChatMessage) => void;
  onClose: () => void;
}

/** What one can do with a message of a meeting. */
export function ChatMenu({ menu, meeting, onReply, onEdit, onClose }: ChatMenuProps): ReactElement {
  const [doomed, setDoomed] = useState<ChatMessage | null>(null);
  return (
    <>
      {menu !== null && (
        <ActionMenu
          label={menu.message.isLocal ? 'Your message' : `Message of ${menu.message.name}`}
          anchor={menu.anchor}
          actions={actionsOf(menu.message, { reply: onReply, edit: onEdit, doom: setDoomed })}
          reactions={REACTIONS.map((label) => {
            const mine = menu.message.reactions?.some((one) => one.label === label && one.mine) ?? false;
            return { label, mine, run: () => meeting.react(menu.message.id, label, !mine) };
          })}
          onClose={onClose}
        />
      )}
      {doomed !== null && (
        <DeleteDialog text={doomed.text} onDelete={() => meeting.deleteMessage(doomed.id)} onClose={() => setDoomed(null)} />
      )}
    </>
  );
}

/** The files of a message stay what they are. */
export function isEditable({ isLocal, isKept = false, attachments = [] }: ChatMessage): boolean {
  return isLocal && isKept && attachments.length === 0;
}

type Deeds = Readonly<Record<'reply' | 'edit' | 'doom', (message: ChatMessage) => void>>;

function actionsOf(message: ChatMessage, { reply, edit, doom }: Deeds): Action[] {
  const { isLocal, text } = message;
  const actions: (Action | false)[] = [
    { icon: 'reply', label: 'Reply', testId: 'chat-menu-reply', run: () => reply(message) },
    text !== '' && { icon: 'copy', label: 'Copy text', run: () => void navigator.clipboard.writeText(text).catch(() => undefined) },
    isEditable(message) && { icon: 'edit', label: 'Edit', testId: 'chat-menu-edit', run: () => edit(message) },
    isLocal && { icon: 'bin', label: 'Delete for everyone…', testId: 'chat-menu-delete', danger: true, run: () => doom(message) },
  ];
  return actions.filter((action) => action !== false);
}
