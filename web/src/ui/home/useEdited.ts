import { useState } from 'react';

export interface Typed {
  readonly text: string;
  readonly setText: (text: string) => void;
}

/** While a message is edited, its text stands in place of the draft, which comes back afterwards. */
export function useEdited(draft: Typed, edited: { readonly id: string; readonly text: string } | null): Typed {
  const [edit, setEdit] = useState<{ id: string | null; text: string }>({ id: null, text: '' });
  const id = edited?.id ?? null;
  if (edit.id !== id) setEdit({ id, text: edited?.text ?? '' });
  return id === null ? draft : { text: edit.text, setText: (text) => setEdit({ id, text }) };
}
