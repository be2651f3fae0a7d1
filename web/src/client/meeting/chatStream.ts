import type { Room, TextStreamReader } from 'livekit-client';
import { displayName } from './people';
import type { ChatMessage } from './meetingState';

/** The topic on which LiveKit's own components and SDK examples exchange chat as text streams. */
export const CHAT_TOPIC = 'lk.chat';

export const MAX_MESSAGE_CHARS = 4_000;

/** Set by the server, at the beginning or the end of a stream: its text is in the room's conversation. */
const KEPT = 'tureen.kept';

/** Starts to listen for chat; must run before the room connects, or the first messages are lost. */
export function listenForChat(room: Room, onMessage: (message: ChatMessage) => void): void {
  room.registerTextStreamHandler(CHAT_TOPIC, (reader, { identity }) => {
    const sender = room.remoteParticipants.get(identity);
    const name = sender === undefined ? identity : displayName(sender);
    readBounded(reader).then(
      (text) => {
        const { id, timestamp: atMs, attributes } = reader.info;
        if (text.trim() === '' || attributes?.[KEPT] !== undefined) return;
        onMessage({ id, identity, name, isLocal: false, text, atMs, delivery: 'sent' });
      },
      () => undefined, // the sender went away in the middle of a message: nothing to show
    );
  });
}

/** Reads to the end, and holds at most `MAX_MESSAGE_CHARS`: a stream has no length of its own. */
async function readBounded(reader: TextStreamReader): Promise<string> {
  let text = '';
  for await (const chunk of reader) {
    if (text.length <= MAX_MESSAGE_CHARS) text += chunk.slice(0, MAX_MESSAGE_CHARS + 1 - text.length);
  }
  return text.length <= MAX_MESSAGE_CHARS ? text : `${text.slice(0, MAX_MESSAGE_CHARS - 1)}…`;
}
