import { type ReactElement, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { MessageView, Place } from '../../client/home/homeState';
import { type Action, ActionMenu, type Reaction } from './ActionMenu';
import { DeleteDialog } from './DeleteDialog';
import { ReportDialog } from './ReportDialog';

/** What one can say without words. */
export const REACTIONS = ['👍', '❤️', '😂', '🎉', '😮', '😢'];

/** Of which message, and beside what. */
export interface MenuOf {
  readonly message: MessageView;
  readonly anchor: HTMLElement;
}

export interface MessageMenuProps {
  /** Null while it is closed. */
  menu: MenuOf | null;
  home: Home;
  place: Place;
  onClose: () => void;
}

/** Everything that one can do with a message. */
export function MessageMenu({ menu, home, place, onClose }: MessageMenuProps): ReactElement {
  const [reported, setReported] = useState<MessageView | null>(null);
  const [doomed, setDoomed] = useState<MessageView | null>(null);
  return (
    <>
      {menu !== null && (
        <ActionMenu
          label={menu.message.isOwn ? 'Your message' : `Message of ${menu.message.sender.name}`}
          anchor={menu.anchor}
          actions={actionsOf(menu.message, home, place, { report: setReported, doom: setDoomed })}
          reactions={reactionsOf(menu.message, home, place)}
          onClose={onClose}
        />
      )}
      {doomed !== null && (
        <DeleteDialog text={doomed.text} onDelete={() => home.talk(place)?.remove(doomed.id)} onClose={() => setDoomed(null)} />
      )}
      {reported !== null && (
        <ReportDialog
          sender={reported.sender.name}
          onSend={(reason) => home.talk(place)?.reportMessage(reported.id, reason)}
          onClose={() => setReported(null)}
        />
      )}
    </>
  );
}

function reactionsOf({ id, reactions }: MessageView, home: Home, place: Place): Reaction[] {
  return REACTIONS.map((label) => ({
    label,
    mine: reactions.some((one) => one.label === label && one.mine),
    run: () => home.talk(place)?.react(id, label),
  }));
}

/** What is asked about before it is done. */
interface Questions {
  readonly report: (message: MessageView) => void;
  readonly doom: (message: MessageView) => void;
}

function actionsOf(message: MessageView, home: Home, place: Place, { report, doom }: Questions): Action[] {
  const { id, isOwn, mayHaveThread, text, attachments } = message;
  const talk = home.talk(place);
  const actions: (Action | false)[] = [
    { icon: 'reply', label: 'Reply', testId: 'menu-reply', run: () => talk?.startReply(id) },
    mayHaveThread &&
      place === 'conversation' && { icon: 'thread', label: 'Reply in thread', testId: 'menu-thread', run: () => home.openThread(id, true) },
    text !== '' && { icon: 'copy', label: 'Copy text', run: () => void navigator.clipboard.writeText(text).catch(() => undefined) },
    isOwn && attachments.length === 0 && { icon: 'edit', label: 'Edit', testId: 'menu-edit', run: () => talk?.startEdit(id) },
    isOwn && { icon: 'bin', label: 'Delete for everyone…', testId: 'menu-delete', danger: true, run: () => doom(message) },
    !isOwn && { icon: 'flag', label: 'Report…', testId: 'menu-report', run: () => report(message) },
  ];
  return actions.filter((action) => action !== false);
}
