import type { AttachmentView, QuoteView, ReactionView } from '../home/homeState';

/** What the room page shows. Plain values: the page is drawn from this and from nothing else. */

/** Something that plays in a media element; LiveKit tracks are that, and so are test pictures. */
export interface MediaHandle {
  attach(element: HTMLMediaElement): unknown;
  detach(element: HTMLMediaElement): unknown;
}

export type LostReason = 'network' | 'duplicate' | 'removed' | 'ended' | 'server_stopped';

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'lost'; readonly reason: LostReason }
  | { readonly kind: 'left' };

/** As the server judges it; unknown until it has said so. */
export type LinkQuality = 'unknown' | 'excellent' | 'good' | 'poor' | 'lost';

export interface Person {
  readonly identity: string;
  readonly name: string;
  readonly isLocal: boolean;
  readonly joinedAtMs: number;
  readonly muted: boolean;
  readonly speaking: boolean;
  readonly quality: LinkQuality;
  /** Null while the picture is off or has not arrived. */
  readonly camera: MediaHandle | null;
  readonly screen: MediaHandle | null;
  /** True while the server holds the picture back, as this page's network does not carry it. */
  readonly cameraPaused: boolean;
  readonly screenPaused: boolean;
  /** True for a front camera's own view. */
  readonly mirrored: boolean;
  /** Remote sounds only: nobody hears themselves. */
  readonly sounds: readonly MediaHandle[];
}

export type Delivery = 'sending' | 'sent' | 'failed';

export interface ChatMessage {
  readonly id: string;
  readonly identity: string;
  readonly name: string;
  readonly isLocal: boolean;
  readonly text: string;
  /** Files that came with it, once they are stored. */
  readonly attachments?: readonly AttachmentView[];
  /** What it answers. */
  readonly replyTo?: QuoteView;
  readonly reactions?: readonly ReactionView[];
  /** It said something else before. */
  readonly isEdited?: boolean;
  /** True: the server keeps it, so that it can be answered and deleted. */
  readonly isKept?: boolean;
  readonly atMs: number;
  readonly delivery: Delivery;
  /** Why it was not sent, in the server's words. */
  readonly problem?: string;
}

/** Who reads what is written in a meeting. */
export type ChatAudience =
  | { readonly kind: 'room' }
  | { readonly kind: 'direct'; readonly name: string }
  | { readonly kind: 'group'; readonly title: string };

export interface Notice {
  readonly id: number;
  readonly tone: 'info' | 'problem';
  readonly text: string;
  readonly hint: string | null;
}

export type Panel = 'none' | 'chat' | 'people' | 'statistics';

export type Control = 'microphone' | 'camera' | 'screen';

export interface Rights {
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly screen: boolean;
  readonly chat: boolean;
  readonly rename: boolean;
}

export interface MeetingState {
  readonly connection: Connection;
  readonly people: readonly Person[];
  /** Null: there is no chat. */
  readonly audience: ChatAudience | null;
  readonly messages: readonly ChatMessage[];
  readonly unread: number;
  readonly panel: Panel;
  readonly notices: readonly Notice[];
  readonly nextNotice: number;
  readonly soundBlocked: boolean;
  /** Controls whose switch is on its way. */
  readonly busy: readonly Control[];
  readonly rights: Rights;
}

export const INITIAL_MEETING: MeetingState = {
  connection: { kind: 'connecting' },
  people: [],
  audience: { kind: 'room' },
  messages: [],
  unread: 0,
  panel: 'none',
  notices: [],
  nextNotice: 1,
  soundBlocked: false,
  busy: [],
  rights: { microphone: true, camera: true, screen: true, chat: true, rename: false },
};
