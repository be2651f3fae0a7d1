import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inviteLink, personalLink, readRoomLinkUntrusted, readRoomPathUntrusted, readTokenFragmentUntrusted, roomPath } from './roomLink';

const TOKEN = 'aaa.bbb-_.ccc';

describe('readRoomLinkUntrusted', () => {
  it.each([
    ['team-lunch', 'team-lunch', null],
    ['team lunch', 'team-lunch', null],
    ['https://meet.example/r/team-lunch', 'team-lunch', null],
    ['https://meet.example/r/team-lunch/?debug', 'team-lunch', null],
    ['http://localhost:7880/r/a%20b', 'a-b', null],
    ['meet.example:7880/r/soup', 'soup', null],
    ['/r/soup', 'soup', null],
    [`https://meet.example/r/soup#token=${TOKEN}`, 'soup', TOKEN],
    ['https://meet.example/r/soup#token=nonsense', 'soup', null],
  ])('%j opens %j', (typed, room, token) => expect(readRoomLinkUntrusted(typed)).toEqual({ room, token }));

  it.each(['', '  ', 'https://meet.example', 'https://meet.example/', 'https://meet.example/x/soup', 'a/b', '/r/', '/r/%E0%A4%A'])(
    'finds no room in %j',
    (typed) => expect(readRoomLinkUntrusted(typed)).toBeNull(),
  );

  it('takes anything without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (typed) => void readRoomLinkUntrusted(typed)));
  });
});

describe('links', () => {
  it('lead back to the room they were made for', () => {
    for (const room of ['soup', 'café', 'a.b~c', '日本']) expect(readRoomPathUntrusted(roomPath(room))).toBe(room);
  });

  it('never carry a token to others', () => {
    expect(inviteLink('https://meet.example', 'soup')).toBe('https://meet.example/r/soup');
  });
});

describe('readTokenFragmentUntrusted', () => {
  it('finds the token among other fields', () => {
    expect(readTokenFragmentUntrusted(`#x=1&token=${TOKEN}`)).toBe(TOKEN);
  });

  it('finds the one of a personal link', () => {
    expect(readTokenFragmentUntrusted(new URL(personalLink('https://meet.example', TOKEN)).hash)).toBe(TOKEN);
  });

  it.each(['', '#', '#token=', '#token=a.b', `#token=${'a'.repeat(9000)}.b.c`, '#token=a.b.c d'])('finds none in %j', (fragment) => {
    expect(readTokenFragmentUntrusted(fragment)).toBeNull();
  });
});
