import type { Ending } from './ending';

/** What the home page shows. Plain values: the page is drawn from this and from nothing else. */

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

export interface ReactionView {
  readonly label: string;
  readonly names: readonly string[];
  readonly mine: boolean;
}

export interface MessageView {
  /** The message's id, or the command's while it is on its way. */
  readonly id: string;
  readonly sender: PersonView;
  readonly isOwn: boolean;
  readonly atMs: number;
  readonly text: string;
  readonly replyTo: { readonly id: string; readonly name: string; readonly text: string } | null;
  readonly attachments: readonly AttachmentView[];
  readonly reactions: readonly ReactionView[];
  readonly isEdited: boolean;
  readonly isDeleted: boolean;
  readonly mentionsMe: boolean;
  readonly delivery: Delivery;
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
  /** Local address of the picture, if it is one. */
  readonly preview: string | null;
}

export interface OpenConversation {
  readonly row: ConversationRow;
  readonly members: readonly PersonView[];
  readonly entries: readonly Entry[];
  readonly hasEarlier: boolean;
  readonly loading: boolean;
  /** Names of those who write now. */
  readonly typing: readonly string[];
  readonly replyTo: MessageView | null;
  readonly editing: MessageView | null;
  readonly uploads: readonly UploadView[];
}

export type CallMedia = 'audio' | 'video';
export type CallOutcome = 'answered' | 'missed' | 'rejected' | 'cancelled' | 'unanswered';

/** A call of the past. */
export interface CallRow {
  readonly id: string;
  readonly people: readonly PersonView[];
  readonly isOutgoing: boolean;
  readonly media: CallMedia;
  readonly outcome: CallOutcome;
  readonly atMs: number;
  readonly lastedMs: number | null;
}

/** A call that rings here. */
export interface RingingCall {
  readonly id: string;
  readonly caller: PersonView;
  readonly others: readonly PersonView[];
  readonly media: CallMedia;
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
  readonly open: OpenConversation | null;
  readonly contacts: readonly PersonView[];
  /** Null while nothing is searched for. */
  readonly found: readonly PersonView[] | null;
  readonly calls: readonly CallRow[];
  readonly missedCalls: number;
  readonly ringing: readonly RingingCall[];
  readonly notices: readonly Notice[];
}
