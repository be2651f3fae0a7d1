import { type RefObject, useLayoutEffect, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { MessageView, Place } from '../../client/home/homeState';
import { type Typed, useEdited } from './useEdited';

/**
 * What is typed, as a draft that outlives the field. The field is as high as its text needs, up to what the style sheet
 * allows.
 */
export function useTyped(home: Home, place: Place, editing: MessageView | null, field: RefObject<HTMLTextAreaElement | null>): Typed {
  const [draft, setDraft] = useState(() => home.talk(place)?.draft ?? '');
  const keep = (text: string): void => {
    setDraft(text);
    home.talk(place)?.keepDraft(text);
  };
  const typed = useEdited({ text: draft, setText: keep }, editing);
  useLayoutEffect(() => fit(field.current), [typed.text, field]);
  return typed;
}

function fit(field: HTMLTextAreaElement | null): void {
  if (field === null) return;
  field.style.height = 'auto';
  const borders = field.offsetHeight - field.clientHeight;
  field.style.height = `${field.scrollHeight + borders}px`;
}
