import type { CardView, StateView } from './cards';
import type { CallRow, RingingCall, RunningCall } from './callViews';
import type { Ending } from './ending';

/** What the home page shows. Plain values: the page is drawn from this and from nothing else. */

import type { MarkedPart } from './markedWords';

export type Availability = 'busy' | 'online' | 'away' | 'offline';

export interface PersonView {
  readonly id: string;
  readonly name: string;
  /** Address of a picture; empty: letters on a glaze stand for it. */
  readonly avatar: string;
  /** Unknown until the server has said it, and of people whom one may not see. */
  readonly availability: Availability | 'unknown';
  readonly statusText: string;
  readonly lastSeenAtMs: number | null;
  readonly isContact: boolean;
  readonly isBlocked: boolean;
}

export type ConversationKind = 'direct' | 'group' | 'room';

export interface ConversationRow {
  readonly id: string;
  readonly kind: ConversationKind;
  readonly title: string;
  /** The other one of two; null in groups and rooms. */
  readonly other: PersonView | null;
  readonly lastText: string;
  readonly lastAtMs: number;
  readonly unread: number;
  /** Of the unread ones, such as mention oneself. */
  readonly mentions: number;
  readonly typing: boolean;
}

export type Delivery = 'sending' | 'sent' | 'delivered' | 'read' | 'failed';

export interface AttachmentView {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly url: string;
  readonly thumbnailUrl: string;
}

/** The beginning of another message. */
export interface QuoteView {
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

export interface ReactionView {
  readonly label: string;
  readonly names: readonly string[];
  readonly mine: boolean;
}

export interface MessageView {
  /** The message's id, or the command's while it is on its way. */
  readonly id: string;
  /** Whether something can be posted under it: it is stored, and in no thread itself. */
  readonly mayHaveThread: boolean;
  /** How many were posted under it. */
  readonly threadReplies: number;
  readonly sender: PersonView;
  readonly isOwn: boolean;
  readonly atMs: number;
  readonly text: string;
  /** What it holds for machines; null: nothing. */
  readonly card: CardView | null;
  readonly replyTo: QuoteView | null;
  readonly attachments: readonly AttachmentView[];
  readonly reactions: readonly ReactionView[];
  readonly isEdited: boolean;
  readonly isDeleted: boolean;
  readonly mentionsMe: boolean;
  /** Whose names in the text are more than text. */
  readonly mentioned: readonly PersonView[];
  readonly delivery: Delivery;
  /** Why it was not sent, in the server's words. */
  readonly problem?: string;
}

/** Something that happened between messages: somebody came, a call ended. */
export interface Happening {
  readonly id: string;
  readonly atMs: number;
  readonly icon: 'people' | 'phone' | 'missed';
  readonly text: string;
}

export type Entry =
  | { readonly kind: 'message'; readonly message: MessageView }
  | { readonly kind: 'happening'; readonly happening: Happening };

export interface UploadView {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** 0 to 1; 1 once it can be sent. */
  readonly progress: number;
  readonly problem: string | null;
  /** It was sent already, and goes as soon as it is ready. */
  readonly isSent: boolean;
  /** Local address of the picture, if it is one. */
  readonly preview: string | null;
}

/** What is new in a conversation. */
export interface NewsView {
  /** The first new message among the entries, by its id. */
  readonly first: string | null;
  /** So many unread ones stand above the entries, or begin there. */
  readonly above: number;
  /** Another number, unless it is 0: the reader is to be led to the first one. */
  readonly turn: number;
}

/** Where one reads and writes. */
export type Place = 'conversation' | 'thread';

export interface TalkView {
  readonly entries: readonly Entry[];
  readonly hasEarlier: boolean;
  /** Whether it stands in the past, with more to come below. */
  readonly hasLater: boolean;
  readonly loading: boolean;
  /** What somebody looked for, by its id; another `turn`: once more. */
  readonly focus: { readonly id: string; readonly turn: number } | null;
  readonly news: NewsView;
  readonly replyTo: MessageView | null;
  readonly editing: MessageView | null;
  readonly uploads: readonly UploadView[];
}

export interface ThreadView {
  readonly rootId: string;
  /** Null: it is on its way, or kept no more. */
  readonly root: MessageView | null;
  readonly talk: TalkView;
  /** It was opened in order to write there. */
  readonly writes: boolean;
}

export type MemberRole = 'owner' | 'moderator' | 'member';

export interface MemberView {
  readonly person: PersonView;
  readonly role: MemberRole;
  /** Until then a moderator lets them write nothing. */
  readonly mutedUntilMs: number | null;
}

export interface OpenConversation {
  readonly row: ConversationRow;
  readonly members: readonly MemberView[];
  readonly memberCount: number;
  readonly ownRole: MemberRole;
  /** Until then a moderator lets one write nothing. */
  readonly mutedUntilMs: number | null;
  /** Names of those who write now. */
  readonly typing: readonly string[];
  readonly talk: TalkView;
  readonly thread: ThreadView | null;
  readonly states: readonly StateView[];
}

/** A message that a search found. */
export interface FoundMessage {
  readonly id: string;
  readonly seq: number;
  readonly conversation: string;
  /** Of the conversation. */
  readonly title: string;
  /** The message that it is under; null: it is in no thread. */
  readonly thread: string | null;
  readonly sender: PersonView;
  readonly isOwn: boolean;
  readonly atMs: number;
  readonly words: readonly MarkedPart[];
}

export interface SearchView {
  readonly query: string;
  readonly people: readonly PersonView[];
  /** Groups and rooms with this name. */
  readonly conversations: readonly ConversationRow[];
  readonly messages: readonly FoundMessage[];
  readonly more: boolean;
  /** Something is still being looked for. */
  readonly busy: boolean;
}

export interface Notice {
  readonly id: number;
  readonly tone: 'info' | 'problem';
  readonly text: string;
  readonly hint: string | null;
}

export type Link = 'connecting' | 'online' | 'reconnecting' | 'ended';
export type Section = 'chats' | 'people' | 'calls';

export interface HomeState {
  readonly me: PersonView;
  readonly link: Link;
  /** Why the link has ended, once it has. */
  readonly ending: Ending | null;
  readonly conversations: readonly ConversationRow[];
  readonly conversationsLoaded: boolean;
  readonly hasMoreConversations: boolean;
  readonly open: OpenConversation | null;
  readonly contacts: readonly PersonView[];
  /** Null while nothing is searched for. */
  readonly found: readonly PersonView[] | null;
  /** Null while nothing is searched for. */
  readonly search: SearchView | null;
  readonly calls: readonly CallRow[];
  readonly callsLoaded: boolean;
  readonly hasMoreCalls: boolean;
  readonly missedCalls: number;
  readonly ringing: readonly RingingCall[];
  readonly running: readonly RunningCall[];
  /** Whom the call is with that would have to be left for another, which is wanted; null: none is. */
  readonly leavesFor: string | null;
  readonly notices: readonly Notice[];
}
