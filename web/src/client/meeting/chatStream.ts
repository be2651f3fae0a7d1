import type { Room, TextStreamReader } from 'livekit-client';
import { displayName } from './people';
import type { ChatMessage } from './meetingState';

/** The topic on which LiveKit's own components and SDK examples exchange chat as text streams. */
export const CHAT_TOPIC = 'lk.chat';

export const MAX_MESSAGE_CHARS = 4_000;

/** Marks a stream whose message is in the room's conversation as well. */
const KEPT = 'tureen.kept';

/** Starts to listen for chat; must run before the room connects, or the first messages are lost. */
export function listenForChat(room: Room, onMessage: (message: ChatMessage) => void): void {
  room.registerTextStreamHandler(CHAT_TOPIC, (reader, { identity }) => {
    if (reader.info.attributes?.[KEPT] !== undefined) return; // the room's conversation has it
    const sender = room.remoteParticipants.get(identity);
    const name = sender === undefined ? identity : displayName(sender);
    readBounded(reader).then(
      (text) => {
        if (text.trim() === '') return;
        const { id, timestamp: atMs } = reader.info;
        onMessage({ id, identity, name, isLocal: false, text, atMs, delivery: 'sent' });
      },
      () => undefined, // the sender went away in the middle of a message: nothing to show
    );
  });
}

/** Reads at most `MAX_MESSAGE_CHARS`: a stream has no length of its own, and a peer may never end it. */
async function readBounded(reader: TextStreamReader): Promise<string> {
  let text = '';
  for await (const chunk of reader) {
    text += chunk;
    if (text.length > MAX_MESSAGE_CHARS) return `${text.slice(0, MAX_MESSAGE_CHARS - 1)}…`;
  }
  return text;
}

export async function sendChat(room: Room, text: string): Promise<void> {
  await room.localParticipant.sendText(text, { topic: CHAT_TOPIC, attributes: { [KEPT]: '1' } });
}
