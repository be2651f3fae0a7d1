import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { PersonView } from '../../client/home/homeState';
import { completed, suggestionsFor, unfinishedMention } from '../../client/home/mentions';

export interface MentionPicker {
  /** Empty: nothing to choose from. */
  readonly suggestions: readonly PersonView[];
  readonly chosen: number;
  readonly pick: (person: PersonView) => void;
  /** To be called whenever the caret may have moved. */
  readonly look: (caret: number) => void;
  /** Whether the key was meant for the list. */
  readonly handleKey: (event: KeyboardEvent) => boolean;
}

interface Looking {
  readonly caret: number;
  readonly chosen: number;
  /** The "@" after which the list was closed by hand. */
  readonly closedAt: number | null;
}

/** Offers members while somebody types an "@name". `members`: asked only then. */
export function useMentionPicker(
  text: string,
  setText: (text: string) => void,
  field: RefObject<HTMLTextAreaElement | null>,
  members: () => readonly PersonView[],
): MentionPicker {
  const [{ caret, chosen, closedAt }, setLooking] = useState<Looking>({ caret: 0, chosen: 0, closedAt: null });
  const caretAfter = useRef<number | null>(null);
  // A field that is given another text puts its caret at the end.
  useLayoutEffect(() => {
    if (caretAfter.current !== null) field.current?.setSelectionRange(caretAfter.current, caretAfter.current);
    caretAfter.current = null;
  }, [text, field]);
  const unfinished = unfinishedMention(text, caret);
  const isOpen = unfinished !== null && unfinished.at !== closedAt;
  const suggestions = isOpen ? suggestionsFor(unfinished.typed, members()) : [];
  const current = Math.min(chosen, suggestions.length - 1);
  const pick = (person: PersonView): void => {
    if (unfinished === null) return;
    const whole = completed(text, unfinished, person.name);
    caretAfter.current = whole.caret;
    setLooking({ caret: whole.caret, chosen: 0, closedAt: unfinished.at });
    setText(whole.text);
    field.current?.focus();
  };
  const move = (by: number): void => {
    const count = suggestions.length;
    setLooking({ caret, closedAt, chosen: (current + by + count) % count });
  };
  const act = (key: string): boolean => {
    const person = suggestions[current];
    if (person === undefined || unfinished === null) return false;
    if (key === 'ArrowDown') move(1);
    else if (key === 'ArrowUp') move(-1);
    else if (key === 'Enter' || key === 'Tab') pick(person);
    else if (key === 'Escape') setLooking({ caret, chosen: 0, closedAt: unfinished.at });
    else return false;
    return true;
  };
  return {
    suggestions,
    chosen: current,
    pick,
    look: (at) => {
      setLooking((before) => (before.caret === at ? before : { caret: at, chosen: 0, closedAt: keptClosed(before.closedAt, text, at) }));
    },
    handleKey: (event) => {
      if (event.nativeEvent.isComposing || event.shiftKey || !act(event.key)) return false;
      event.preventDefault();
      return true;
    },
  };
}

/** A list that was closed stays so while the caret is behind the same "@". */
function keptClosed(closedAt: number | null, text: string, caret: number): number | null {
  return closedAt !== null && unfinishedMention(text, caret)?.at === closedAt ? closedAt : null;
}
