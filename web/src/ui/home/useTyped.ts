import { type RefObject, useLayoutEffect, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { MessageView, Place } from '../../client/home/homeState';

export interface Typed {
  readonly text: string;
  readonly setText: (text: string) => void;
}

/**
 * What is typed, as a draft that outlives the field; while a message is edited, its text stands in place of the draft,
 * which comes back afterwards. The field is as high as its text needs, up to what the style sheet allows.
 */
export function useTyped(home: Home, place: Place, editing: MessageView | null, field: RefObject<HTMLTextAreaElement | null>): Typed {
  const [draft, setDraft] = useState(() => home.talk(place)?.draft ?? '');
  const [edit, setEdit] = useState<{ id: string | null; text: string }>({ id: null, text: '' });
  const editedId = editing?.id ?? null;
  if (edit.id !== editedId) setEdit({ id: editedId, text: editing?.text ?? '' });
  const text = editedId === null ? draft : edit.text;
  useLayoutEffect(() => fit(field.current), [text, field]);
  if (editedId !== null) return { text, setText: (now) => setEdit({ id: editedId, text: now }) };
  return {
    text,
    setText: (now) => {
      setDraft(now);
      home.talk(place)?.keepDraft(now);
    },
  };
}

function fit(field: HTMLTextAreaElement | null): void {
  if (field === null) return;
  field.style.height = 'auto';
  const borders = field.offsetHeight - field.clientHeight;
  field.style.height = `${field.scrollHeight + borders}px`;
}
