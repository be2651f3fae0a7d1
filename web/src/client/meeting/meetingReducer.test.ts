import { describe, expect, it } from 'vitest';
import { MAX_MESSAGES, MAX_NOTICES, type MeetingEvent, reduceMeeting } from './meetingReducer';
import { type ChatMessage, INITIAL_MEETING, type MeetingState, type Person } from './meetingState';

function play(...events: MeetingEvent[]): MeetingState {
  return events.reduce(reduceMeeting, INITIAL_MEETING);
}

function message(id: string, part: Partial<ChatMessage> = {}): ChatMessage {
  return { id, identity: 'b', name: 'Bo', isLocal: false, text: 'soup', atMs: 0, delivery: 'sent', ...part };
}

function chat(...messages: ChatMessage[]): MeetingEvent {
  return { kind: 'messages_changed', messages, areNews: true };
}

function people(...list: Person[]): MeetingEvent {
  return { kind: 'people_changed', people: list, rights: { ...INITIAL_MEETING.rights } };
}

function person(identity: string, part: Partial<Person> = {}): Person {
  const nothing = { camera: null, screen: null, cameraPaused: false, screenPaused: false, mirrored: false, sounds: [] };
  return { identity, name: identity, isLocal: false, joinedAtMs: 0, muted: true, speaking: false, quality: 'good', ...nothing, ...part };
}

describe('chat', () => {
  it('counts what came while the chat was closed, and says it', () => {
    const state = play(chat(message('1')), chat(message('1'), message('2', { text: 'more\nsoup' })));
    expect(state.unread).toBe(2);
    expect(state.notices.at(-1)?.text).toBe('Bo: more soup');
  });

  it('forgets the count when the chat opens, and counts nothing while it is open', () => {
    const state = play(chat(message('1')), { kind: 'panel_toggled', panel: 'chat' }, chat(message('1'), message('2')));
    expect(state).toMatchObject({ unread: 0, panel: 'chat', notices: [] });
  });

  it('says which files came without a word', () => {
    const file = { id: 'f', name: 'soup.png', mediaType: 'image/png', sizeBytes: 9, width: 1, height: 1, url: '', thumbnailUrl: '' };
    expect(play(chat(message('1', { text: '', attachments: [file] }))).notices.at(-1)?.text).toBe('Bo: soup.png');
  });

  it('forgets the count when it was read elsewhere', () => {
    expect(play(chat(message('1')), { kind: 'chat_read' })).toMatchObject({ unread: 0, messages: [{ id: '1' }] });
  });

  it("does not count one's own words, nor what was there before", () => {
    expect(play(chat(message('1', { isLocal: true })))).toMatchObject({ unread: 0, notices: [] });
    const before = { kind: 'messages_changed', messages: [message('1')], areNews: false } as const;
    expect(play(before)).toMatchObject({ unread: 0, notices: [], messages: [{ id: '1' }] });
  });

  it('counts a message once, however often it is told', () => {
    expect(play(chat(message('1')), chat(message('1'))).unread).toBe(1);
  });

  it('keeps the newest messages within its bound', () => {
    const state = play(chat(...Array.from({ length: MAX_MESSAGES + 5 }, (_, index) => message(String(index)))));
    expect(state.messages).toHaveLength(MAX_MESSAGES);
    expect(state.messages.at(-1)?.id).toBe(String(MAX_MESSAGES + 4));
    expect(state.unread).toBe(MAX_MESSAGES);
  });
});

describe('panels', () => {
  it('of a chat close where it ends, with a word, and do not open where there is none', () => {
    const ends = { kind: 'audience_changed', audience: null } as const;
    const toggle = { kind: 'panel_toggled', panel: 'chat' } as const;
    expect(play(toggle, ends)).toMatchObject({ panel: 'none', notices: [{ text: 'The chat has closed' }] });
    expect(play(ends, toggle)).toMatchObject({ panel: 'none', notices: [] });
    expect(play(chat(message('1')), { kind: 'panel_opened', panel: 'people' }, ends)).toMatchObject({ panel: 'people', unread: 0 });
  });

  it('close by the same button that opened them, and replace each other', () => {
    const chat = { kind: 'panel_toggled', panel: 'chat' } as const;
    expect(play(chat, chat).panel).toBe('none');
    expect(play(chat, { kind: 'panel_toggled', panel: 'people' }).panel).toBe('people');
    expect(play(chat, { kind: 'panel_closed' }).panel).toBe('none');
  });
});

describe('people', () => {
  it('keeps the object of everybody who did not change', () => {
    const before = play(people(person('a'), person('b')));
    const after = reduceMeeting(before, people(person('a'), person('b', { speaking: true })));
    expect(after.people[0]).toBe(before.people[0]);
    expect(after.people[1]).not.toBe(before.people[1]);
    expect(after.rights).toBe(before.rights);
  });

  it('keeps the whole list when nobody changed', () => {
    const before = play(people(person('a'), person('b')));
    expect(reduceMeeting(before, people(person('a'), person('b'))).people).toBe(before.people);
  });

  it('keeps the list of sounds of somebody who only begins to speak, so that no sound is drawn again', () => {
    const sound = { attach: () => undefined, detach: () => undefined };
    const before = play(people(person('a', { sounds: [sound] })));
    const after = reduceMeeting(before, people(person('a', { sounds: [sound], speaking: true })));
    expect(after.people[0]).toMatchObject({ speaking: true });
    expect(after.people[0]?.sounds).toBe(before.people[0]?.sounds);
  });

  it('sees a new sound of the same person', () => {
    const sound = { attach: () => undefined, detach: () => undefined };
    const before = play(people(person('a')));
    expect(reduceMeeting(before, people(person('a', { sounds: [sound] }))).people[0]?.sounds).toEqual([sound]);
  });
});

describe('notices', () => {
  it('say who came and who went, and keep to the newest few', () => {
    const names = ['a', 'b', 'c', 'd'];
    const state = play(...names.map((name) => ({ kind: 'person_joined', name }) as const));
    expect(state.notices).toHaveLength(MAX_NOTICES);
    expect(state.notices.at(-1)?.text).toBe('d joined');
  });

  it('go one by one', () => {
    const state = play({ kind: 'person_left', name: 'a' }, { kind: 'person_left', name: 'b' }, { kind: 'notice_dismissed', id: 1 });
    expect(state.notices.map(({ text }) => text)).toEqual(['b left']);
  });
});

describe('controls', () => {
  it('are busy one by one', () => {
    const busy = (control: 'camera' | 'screen', on: boolean) => ({ kind: 'control_busy', control, busy: on }) as const;
    expect(play(busy('camera', true), busy('camera', true), busy('screen', true)).busy).toEqual(['camera', 'screen']);
    expect(play(busy('camera', true), busy('screen', true), busy('camera', false)).busy).toEqual(['screen']);
  });
});
