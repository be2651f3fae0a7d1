import type { Room, TextStreamReader } from 'livekit-client';
import { describe, expect, it } from 'vitest';
import { CHAT_TOPIC, listenForChat, MAX_MESSAGE_CHARS } from './chatStream';
import type { ChatMessage } from './meetingState';

type Handler = Parameters<Room['registerTextStreamHandler']>[1];

class FakeRoom {
  readonly heard: ChatMessage[] = [];
  readonly #handlers = new Map<string, Handler>();

  constructor() {
    const room = {
      remoteParticipants: new Map([['ann', { identity: 'ann', name: 'Ann' }]]),
      registerTextStreamHandler: (topic: string, handler: Handler) => this.#handlers.set(topic, handler),
    };
    listenForChat(room as unknown as Room, (message) => this.heard.push(message));
  }

  /** `atEnd`: attributes that come with the trailer. */
  async streams(chunks: readonly string[], attributes: Record<string, string> = {}, atEnd: Record<string, string> = {}): Promise<void> {
    const info = { id: 's1', timestamp: 7, attributes };
    async function* read(): AsyncGenerator<string> {
      for (const chunk of chunks) yield await Promise.resolve(chunk);
      info.attributes = { ...info.attributes, ...atEnd };
    }
    const reader = { info, [Symbol.asyncIterator]: read } as unknown as TextStreamReader;
    this.#handlers.get(CHAT_TOPIC)?.(reader, { identity: 'ann' });
    for (let turn = 0; turn < 4 * chunks.length + 10; turn += 1) await Promise.resolve();
  }
}

describe('chat of other programs', () => {
  it('is shown with its sender once it is complete', async () => {
    const room = new FakeRoom();
    await room.streams(['Soup ', 'is ready']);
    expect(room.heard).toEqual([
      { id: 's1', identity: 'ann', name: 'Ann', isLocal: false, text: 'Soup is ready', atMs: 7, delivery: 'sent' },
    ]);
  });

  it.each([
    ['beginning', { 'tureen.kept': '1' }, {}],
    ['end', {}, { 'tureen.kept': '1' }],
  ])('is left to the conversation if the server says at its %s that it is there', async (_, attributes, atEnd) => {
    const room = new FakeRoom();
    await room.streams(['Soup'], attributes, atEnd);
    expect(room.heard).toEqual([]);
  });

  it('is cut where it is too long, and read to its end all the same', async () => {
    const room = new FakeRoom();
    await room.streams(Array.from({ length: 9 }, () => 'x'.repeat(1_000)));
    expect(room.heard.map(({ text }) => text.length)).toEqual([MAX_MESSAGE_CHARS]);
    await room.streams(Array.from({ length: 9 }, () => 'x'.repeat(1_000)), {}, { 'tureen.kept': '1' });
    expect(room.heard).toHaveLength(1);
  });

  it('is nothing without words', async () => {
    const room = new FakeRoom();
    await room.streams([' ', '\n']);
    expect(room.heard).toEqual([]);
  });
});
