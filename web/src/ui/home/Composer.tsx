import { type ClipboardEvent, type KeyboardEvent, type ReactElement, type SubmitEvent, useEffect, useId, useRef } from 'react';
import type { Home } from '../../client/home/home';
import type { MessageView, PersonView, Place, TalkView, UploadView } from '../../client/home/homeState';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useNow } from '../useNow';
import { useSelected } from '../useSelected';
import { ComposerAbove } from './ComposerAbove';
import { MentionList, optionId } from './MentionList';
import { talkIn } from './talkIn';
import { Uploads } from './Uploads';
import { useMentionPicker } from './useMentionPicker';
import { useTyped } from './useTyped';
import { untilWords } from './words';

const MAX_LENGTH = 8_000;
/** How many characters may be left when one is told of it. */
const SCARCE = 500;
const NONE: readonly UploadView[] = [];

export interface ComposerProps {
  home: Home;
  place: Place;
}

export function Composer({ home, place }: ComposerProps): ReactElement {
  const mutedUntil = useSelected(home.store, (state) => state.open?.mutedUntilMs ?? null);
  const now = useNow();
  if (mutedUntil === null || mutedUntil <= now) return <Writing home={home} place={place} />;
  return (
    <p className="home-composer composer-muted" data-testid="muted">
      A moderator asked for a break: you can write here again {untilWords(mutedUntil, now)}.
    </p>
  );
}

function useWriting(home: Home, place: Place): Pick<TalkView, 'uploads' | 'editing' | 'replyTo'> & { writes: boolean } {
  const uploads = useSelected(home.store, (state) => talkIn(state, place)?.uploads ?? NONE);
  const editing = useSelected(home.store, (state) => talkIn(state, place)?.editing ?? null);
  const replyTo = useSelected(home.store, (state) => talkIn(state, place)?.replyTo ?? null);
  const writes = useSelected(home.store, (state) => place === 'thread' && (state.open?.thread?.writes ?? false));
  return { uploads, editing, replyTo, writes };
}

function Writing({ home, place }: ComposerProps): ReactElement {
  const { uploads, editing, replyTo, writes } = useWriting(home, place);
  const field = useRef<HTMLTextAreaElement>(null);
  const { text, setText } = useTyped(home, place, editing, field);
  const picker = useMentionPicker(text, setText, field, () => nameable(home));
  const listId = useId();
  const [editingId, replyToId] = [editing?.id, replyTo?.id];
  useEffect(() => {
    if (editingId !== undefined || replyToId !== undefined || writes) field.current?.focus();
  }, [editingId, replyToId, writes]);
  const above = editing ?? replyTo;
  const [what, testId] = place === 'thread' ? (['Reply', 'thread'] as const) : (['Message', 'message'] as const);
  const maySend = isSendable(text, uploads, editing !== null);
  const send = (event?: SubmitEvent): void => {
    event?.preventDefault();
    if (!maySend) return;
    home.talk(place)?.send(text.trim());
    setText('');
  };
  const isChoosing = picker.suggestions.length > 0;
  return (
    <form className="home-composer" onSubmit={send}>
      <MentionList id={listId} picker={picker} />
      <ComposerAbove message={above === null ? null : { ...above, name: above.sender.name }} editing={editing !== null} onStop={() => home.talk(place)?.stopReplyOrEdit()} />
      <Uploads uploads={uploads} onRemove={(id) => home.talk(place)?.removeUpload(id)} />
      <div className="composer">
        <FilePicker testId={place === 'thread' ? 'thread-file-input' : 'file-input'} onFiles={(files) => home.talk(place)?.addFiles(files)} />
        <textarea
          ref={field}
          aria-label={what}
          placeholder={what}
          data-testid={`${testId}-input`}
          dir="auto"
          rows={1}
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={isChoosing}
          aria-controls={listId}
          aria-activedescendant={isChoosing ? optionId(listId, picker.chosen) : undefined}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            home.talk(place)?.typing();
          }}
          onSelect={(event) => picker.look(event.currentTarget.selectionStart)}
          onPaste={(event) => pasteFiles(event, (files) => home.talk(place)?.addFiles(files))}
          onKeyDown={(event) => {
            if (picker.handleKey(event)) return;
            if (event.key === 'ArrowUp' && text === '' && editing === null) home.talk(place)?.startEditOfLast();
            handleKey(event, send, above, () => home.talk(place)?.stopReplyOrEdit());
          }}
        />
        <SpaceLeft length={text.length} />
        <SendButton saves={editing !== null} disabled={!maySend} testId={`${testId}-send`} />
      </div>
    </form>
  );
}

/** Files that are on their way go when they are ready; an edited message keeps its own. */
export function isSendable(text: string, uploads: readonly UploadView[], edits: boolean): boolean {
  const hasFiles = uploads.some(({ problem, isSent }) => problem === null && !isSent);
  return text.length <= MAX_LENGTH && (text.trim() !== '' || (!edits && hasFiles));
}

/** Of two people nobody need be named. */
function nameable(home: Home): readonly PersonView[] {
  const { open, me } = home.store.get();
  if (open === null || open.row.kind === 'direct') return [];
  return open.members.map(({ person }) => person).filter(({ id }) => id !== me.id);
}

/** Said when it becomes scarce. */
function SpaceLeft({ length }: { length: number }): ReactElement {
  const left = MAX_LENGTH - length;
  return (
    <p className="composer-space" role="status" data-short={left < 0}>
      {left < SCARCE && (left < 0 ? `${-left} too many` : `${left} left`)}
    </p>
  );
}

export function FilePicker({ testId, onFiles }: { testId: string; onFiles: (files: readonly File[]) => void }): ReactElement {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="clip" label="Attach files" className="quiet" onClick={() => picker.current?.click()} />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        data-testid={testId}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}

export function SendButton({ saves, disabled, testId }: { saves: boolean; disabled: boolean; testId: string }): ReactElement {
  return (
    <button
      type="submit"
      className="icon-button"
      data-tone="send"
      data-testid={testId}
      aria-label={saves ? 'Save' : 'Send'}
      disabled={disabled}
    >
      <Icon name={saves ? 'check' : 'send'} />
    </button>
  );
}

export function pasteFiles(event: ClipboardEvent, onFiles: (files: readonly File[]) => void): void {
  const files = [...event.clipboardData.files];
  if (files.length === 0) return;
  event.preventDefault();
  onFiles(files);
}

function handleKey(event: KeyboardEvent, send: () => void, above: MessageView | null, stop: () => void): void {
  if (event.key === 'Escape' && above !== null) {
    // It ends the reply alone, not the thread that it is written in.
    event.preventDefault();
    stop();
  }
  // Enter while an input method is composing chooses a word; it must not send.
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
  event.preventDefault();
  send();
}
