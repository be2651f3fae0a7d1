import { type ClipboardEvent, type KeyboardEvent, type ReactElement, type SubmitEvent, useEffect, useRef, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { UploadView } from '../../client/home/homeState';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useSelected } from '../useSelected';
import { ComposerAbove } from './ComposerAbove';
import { Uploads } from './Uploads';

const MAX_LENGTH = 8_000;
const MOST_ROWS = 6;
const NONE: readonly UploadView[] = [];

export function Composer({ home }: { home: Home }): ReactElement {
  const uploads = useSelected(home.store, (state) => state.open?.uploads ?? NONE);
  const editing = useSelected(home.store, (state) => state.open?.editing ?? null);
  const replyTo = useSelected(home.store, (state) => state.open?.replyTo ?? null);
  const { text, setText } = useTyped(editing?.id ?? null, editing?.text ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (editing !== null || replyTo !== null) field.current?.focus();
  }, [editing, replyTo]);
  const waiting = uploads.some(({ progress, problem }) => progress < 1 && problem === null);
  const ready = editing === null && uploads.some(({ progress, problem }) => progress === 1 && problem === null);
  const maySend = !waiting && (text.trim() !== '' || ready);
  const send = (event?: SubmitEvent): void => {
    event?.preventDefault();
    if (!maySend) return;
    home.send(text.trim());
    setText('');
  };
  return (
    <form className="home-composer" onSubmit={send}>
      <ComposerAbove message={editing ?? replyTo} editing={editing !== null} onStop={() => home.stopReplyOrEdit()} />
      <Uploads uploads={uploads} home={home} />
      <div className="composer">
        <FilePicker home={home} />
        <textarea
          ref={field}
          aria-label="Message"
          placeholder="Message"
          data-testid="message-input"
          dir="auto"
          rows={Math.min(MOST_ROWS, text.split('\n').length)}
          maxLength={MAX_LENGTH}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            home.typing();
          }}
          onPaste={(event) => pasteFiles(event, home)}
          onKeyDown={(event) => handleKey(event, send, () => home.stopReplyOrEdit())}
        />
        <SendButton saves={editing !== null} disabled={!maySend} />
      </div>
    </form>
  );
}

/** What is typed; while a message is edited, its text stands in place of the draft, which comes back afterwards. */
function useTyped(editedId: string | null, editedText: string): { text: string; setText: (text: string) => void } {
  const [draft, setDraft] = useState('');
  const [edit, setEdit] = useState<{ id: string | null; text: string }>({ id: null, text: '' });
  if (edit.id !== editedId) setEdit({ id: editedId, text: editedText });
  if (editedId === null) return { text: draft, setText: setDraft };
  return { text: edit.text, setText: (text) => setEdit({ id: editedId, text }) };
}

function FilePicker({ home }: { home: Home }): ReactElement {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="clip" label="Attach files" className="quiet" onClick={() => picker.current?.click()} />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        data-testid="file-input"
        onChange={(event) => {
          home.addFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}

function SendButton({ saves, disabled }: { saves: boolean; disabled: boolean }): ReactElement {
  return (
    <button
      type="submit"
      className="icon-button"
      data-tone="send"
      data-testid="message-send"
      aria-label={saves ? 'Save' : 'Send'}
      disabled={disabled}
    >
      <Icon name={saves ? 'check' : 'send'} />
    </button>
  );
}

function pasteFiles(event: ClipboardEvent, home: Home): void {
  const files = [...event.clipboardData.files];
  if (files.length === 0) return;
  event.preventDefault();
  home.addFiles(files);
}

function handleKey(event: KeyboardEvent, send: () => void, stop: () => void): void {
  if (event.key === 'Escape') stop();
  // Enter while an input method is composing chooses a word; it must not send.
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
  event.preventDefault();
  send();
}
