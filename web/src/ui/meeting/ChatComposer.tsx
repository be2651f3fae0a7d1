import { type KeyboardEvent, type ReactElement, type SubmitEvent, useEffect, useRef } from 'react';
import type { UploadView } from '../../client/home/homeState';
import type { FilesToSend } from '../../client/meeting/files';
import type { Meeting } from '../../client/meeting/meeting';
import type { ChatAudience, ChatMessage } from '../../client/meeting/meetingState';
import { Store } from '../../client/store';
import { FilePicker, isSendable, pasteFiles, SendButton } from '../home/Composer';
import { ComposerAbove } from '../home/ComposerAbove';
import { Uploads } from '../home/Uploads';
import { type Typed, useEdited } from '../home/useEdited';
import { useStore } from '../useStore';

/** As the receiving side cuts it; see the client's chat stream. */
const MAX_LENGTH = 4_000;
const NO_FILES = new Store<readonly UploadView[]>([]);

/** What is written about a message: an answer to it, or another text in its place. */
export interface Aim {
  readonly message: ChatMessage;
  readonly edits: boolean;
}

export interface ChatComposerProps {
  meeting: Meeting;
  to: ChatAudience;
  /** Null: no files may go along just now. */
  files: FilesToSend | null;
  draft: Typed;
  /** Null: a new message is written. */
  aim: Aim | null;
  onStop: () => void;
  onEditLast: () => void;
}

export function ChatComposer({ meeting, to, files, draft, aim, onStop, onEditLast }: ChatComposerProps): ReactElement {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (aim !== null) field.current?.focus();
  }, [aim]);
  const edits = aim?.edits === true;
  const { text, setText } = useEdited(draft, edits ? aim.message : null);
  const uploads = useStore(files?.store ?? NO_FILES);
  const maySend = isSendable(text, uploads, edits);
  const send = (event?: SubmitEvent): void => {
    event?.preventDefault();
    if (!maySend) return;
    if (edits) meeting.editMessage(aim.message.id, text.trim());
    else if (meeting.sendMessage(text, aim?.message.id ?? null)) draft.setText('');
    else return;
    onStop();
  };
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowUp' && text === '' && aim === null) onEditLast();
    if (event.key === 'Escape' && aim !== null) {
      // It ends the reply alone, not the panel.
      event.preventDefault();
      event.stopPropagation();
      onStop();
    }
    // Enter while an input method is composing chooses a word; it must not send.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form onSubmit={send}>
      <ComposerAbove message={aim === null ? null : { ...aim.message, isOwn: aim.message.isLocal }} editing={edits} onStop={onStop} />
      <Uploads uploads={uploads} onRemove={(id) => files?.remove(id)} />
      <div className="composer">
        {files !== null && <FilePicker testId="chat-file-input" onFiles={(chosen) => files.add(chosen)} />}
        <textarea
          ref={field}
          aria-label={`Message to ${addressee(to)}`}
          placeholder={to.kind === 'room' ? `Message to ${addressee(to)}` : 'Write a message'}
          data-testid="chat-input"
          data-autofocus
          dir="auto"
          rows={Math.min(4, text.split('\n').length)}
          maxLength={MAX_LENGTH}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onPaste={(event) => files !== null && pasteFiles(event, (pasted) => files.add(pasted))}
          onKeyDown={handleKey}
        />
        <SendButton saves={edits} disabled={!maySend} testId="chat-send" />
      </div>
    </form>
  );
}

function addressee(audience: ChatAudience): string {
  if (audience.kind === 'room') return 'everybody';
  return audience.kind === 'direct' ? audience.name : audience.title;
}
