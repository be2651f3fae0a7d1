import { expect, it } from 'vitest';
import type { AttachmentView, Entry, MessageView } from './homeState';
import { isStale, picturesIn } from './pictures';

function file(id: string, thumbnailUrl: string): AttachmentView {
  return { id, name: `${id}.png`, mediaType: 'image/png', sizeBytes: 1, width: 4, height: 3, url: `/${id}`, thumbnailUrl };
}

function message(id: string, attachments: readonly AttachmentView[], isOwn = false): Entry {
  const sender = { id: 'ben', name: 'Ben' };
  return { kind: 'message', message: { id, sender, isOwn, atMs: 7, attachments } as unknown as MessageView };
}

it('finds the pictures of a conversation in order, and no other files', () => {
  const happening: Entry = { kind: 'happening', happening: { id: 'h', atMs: 1, icon: 'people', text: '' } };
  const entries = [message('m1', [file('a', '/t'), file('b', '')]), happening, message('m2', [file('c', '/t'), file('d', '/t')], true)];
  expect(picturesIn(entries).map(({ message: of, sender, file: { id } }) => [of, sender, id])).toEqual([
    ['m1', 'Ben', 'a'],
    ['m2', 'You', 'c'],
    ['m2', 'You', 'd'],
  ]);
});

it('knows by an address until when it works', () => {
  const url = '/v1/files/a/original?exp=100000&sig=x';
  expect([isStale(url, 80_000), isStale(url, 95_000), isStale(url, 100_001)]).toEqual([false, true, true]);
  expect(isStale('blob:soup', 1e15)).toBe(false);
});
