import type { ChatMessage } from '@tureen/client';
import type { QuoteView } from './homeState';
import { contentWords } from './lastText';

/** What a message answers: as much of it as is known here. Null: nothing. */
export function quoteOf(
  id: string | null,
  known: ReadonlyMap<string, ChatMessage>,
  writer: (quoted: ChatMessage) => string,
): QuoteView | null {
  if (id === null) return null;
  const quoted = known.get(id);
  return quoted === undefined
    ? { id, name: 'Earlier', text: 'a message further up' }
    : { id, name: writer(quoted), text: contentWords(quoted) };
}
