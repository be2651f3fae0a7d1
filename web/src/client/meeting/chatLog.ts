import type { Room } from 'livekit-client';
import { listenForChat } from './chatStream';
import type { MeetingEvent } from './meetingReducer';
import type { ChatMessage } from './meetingState';
import { displayName } from './people';
import type { RoomChat } from './roomChat';

/**
 * What is said in a meeting: the room's conversation. The server keeps there what other programs send as text streams of
 * LiveKit, and hands them what is written here. Streams that it does not keep (to oneself alone, encrypted, too long) are
 * shown as long as the meeting lasts.
 */
export class ChatLog {
  readonly #livekit: Room;
  readonly #kept: RoomChat;
  readonly #dispatch: (event: MeetingEvent) => void;
  readonly #stop: () => void;
  #streamed: readonly ChatMessage[] = [];
  /** What was there before one came is no news. */
  #news = false;

  constructor(livekit: Room, kept: RoomChat, dispatch: (event: MeetingEvent) => void) {
    this.#livekit = livekit;
    this.#kept = kept;
    this.#dispatch = dispatch;
    this.#stop = kept.store.subscribe(() => this.#show());
    listenForChat(livekit, (message) => {
      this.#streamed = [...this.#streamed, message];
      this.#show();
    });
  }

  async open(room: string): Promise<void> {
    await this.#kept.open(room);
    this.#show();
    this.#news = true;
  }

  get files(): RoomChat['files'] {
    return this.#kept.files;
  }

  send(text: string): void {
    this.#kept.send(text);
  }

  resend(id: string): void {
    this.#kept.resend(id);
  }

  renewFiles(message: string): Promise<void> {
    return this.#kept.renewFiles(message);
  }

  end(): void {
    this.#stop();
    this.#kept.end();
  }

  /** Whoever is in the meeting is called in the chat as on their tile. */
  #named(message: ChatMessage): ChatMessage {
    const { localParticipant: me, remoteParticipants: others } = this.#livekit;
    const writer = message.isLocal ? me : others.get(message.identity);
    return writer === undefined ? message : { ...message, name: displayName(writer) };
  }

  #show(): void {
    const kept = this.#kept.store.get();
    const all = this.#streamed.length === 0 ? kept : [...kept, ...this.#streamed].sort((a, b) => a.atMs - b.atMs);
    const messages = all.map((message) => this.#named(message));
    this.#dispatch({ kind: 'messages_changed', messages, areNews: this.#news });
  }
}
