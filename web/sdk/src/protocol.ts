/** The native door's messages, as `src/tureen/protocol` defines them. Points in time are Unix milliseconds. */

/** Stable names for programs. */
export type ErrorCode =
  | 'invalid'
  | 'too_large'
  | 'unauthenticated'
  | 'token_expired'
  | 'revoked'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'rate_limited'
  | 'limit_exceeded'
  | 'unsupported_version'
  | 'unsupported_media'
  | 'rejected'
  | 'unavailable'
  | 'internal';

/** Someone in the directory, as far as the one who asks may see them. */
export interface Person {
  readonly id: string;
  readonly name?: string;
  readonly avatar?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What others see of a person; the first that applies. */
export type Availability = 'busy' | 'online' | 'away' | 'offline';

/** Of one person, over all their devices. */
export interface Presence {
  readonly user: string;
  readonly availability: Availability;
  readonly status_text?: string;
  readonly last_seen_at?: number | null;
}

/** An entry of one's own list. */
export interface Contact {
  readonly person: Person;
  readonly added_at: number;
  readonly blocked?: boolean;
}

/** How a conversation came to be, and who may change its members. */
export type ConversationKind = 'direct' | 'group' | 'room';

/** What a member may do. */
export type MemberRole = 'owner' | 'moderator' | 'member';

/** Someone in a conversation. The marks are positions: all up to there was delivered to a device, or read. */
export interface Member {
  readonly user: string;
  readonly role?: MemberRole;
  readonly joined_at: number;
  readonly delivered_seq?: number;
  readonly read_seq?: number;
  readonly muted_until?: number | null;
}

/** A file of a message. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly url?: string;
  readonly thumbnail_url?: string;
}

/** All who reacted to a message in the same way. */
export interface Reaction {
  readonly label: string;
  readonly users: readonly string[];
}

/** Content for machines; a person's client shows `Message.text`, if there is any. */
export interface Custom {
  readonly kind: string;
  readonly data?: unknown;
}

/** A message as it is now: edits and reactions folded in. A deleted one keeps only its place. */
export interface Message {
  readonly id: string;
  readonly conversation: string;
  readonly seq: number;
  readonly sender: string;
  readonly sent_at: number;
  readonly text?: string;
  readonly mentions?: readonly string[];
  readonly attachments?: readonly Attachment[];
  readonly reply_to?: string | null;
  readonly thread?: string | null;
  readonly thread_replies?: number;
  readonly custom?: Custom | null;
  readonly reactions?: readonly Reaction[];
  readonly version?: number;
  readonly edited_at?: number | null;
  readonly deleted_at?: number | null;
}

/** As one of its members sees it. */
export interface Conversation {
  readonly id: string;
  readonly kind: ConversationKind;
  readonly title?: string;
  readonly avatar?: string;
  readonly epoch: string;
  readonly head_seq: number;
  readonly members?: readonly Member[];
  readonly member_count?: number;
  readonly last_message?: Message | null;
  readonly unread?: number;
  readonly mentions?: number;
  readonly created_at: number;
  readonly active_at: number;
}

/** What the caller would like to begin with. */
export type CallMedia = 'audio' | 'video';

/** Of a call as a whole. */
export type CallState = 'created' | 'inviting' | 'ringing' | 'connecting' | 'active' | 'ended';

/** Of one device of someone who is called. */
export type LegState =
  | 'pending'
  | 'delivered'
  | 'ringing'
  | 'accepted'
  | 'rejected'
  | 'busy'
  | 'timeout'
  | 'cancelled'
  | 'answered_elsewhere'
  | 'unreachable';

/** Why a call ended. */
export type CallEnd = 'hung_up' | 'cancelled' | 'rejected' | 'busy' | 'missed' | 'unreachable' | 'lost' | 'glare';

/** Of one person in a call, over their devices. */
export type PartyState = 'called' | 'ringing' | 'joined' | 'reconnecting' | 'rejected' | 'busy' | 'missed' | 'left';

/** How media flows. */
export type MediaPath = 'direct' | 'room';

/** One person of a call. */
export interface Party {
  readonly user: string;
  readonly state: PartyState;
  readonly device?: string | null;
}

/** A call as its parties see it. */
export interface Call {
  readonly id: string;
  readonly version: number;
  readonly caller: string;
  readonly media: CallMedia;
  readonly state: CallState;
  readonly parties: readonly Party[];
  readonly conversation?: string | null;
  readonly room: string;
  readonly path?: MediaPath;
  readonly generation?: number;
  readonly offerer?: string | null;
  readonly created_at: number;
  readonly ring_until: number;
  readonly connected_at?: number | null;
  readonly ended_at?: number | null;
  readonly end?: CallEnd | null;
}

/** As `RTCIceServer` of W3C WebRTC. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** What a client needs to join a call's room through the media server. */
export interface RoomTicket {
  readonly room: string;
  readonly token: string;
  readonly url?: string;
}

/** Up to where a client has received a conversation. */
export interface Position {
  readonly conversation: string;
  readonly epoch: string;
  readonly seq: number;
}

/** The first command of a connection, within 10 s. Answered by `Welcome`; then follow what was missed, and `Synced`. */
export interface Hello {
  readonly type: 'hello';
  readonly id: string;
  readonly token?: string;
  readonly device: string;
  readonly version: number;
  readonly client?: string;
  readonly positions?: readonly Position[];
  readonly idle?: boolean;
}

/** A fresh token for the same user. `Done`. Without one the connection is closed when the token expires. */
export interface TokenRefresh {
  readonly type: 'token.refresh';
  readonly id: string;
  readonly token: string;
}

/** Whether the server is there. `Done`. */
export interface Ping {
  readonly type: 'ping';
  readonly id: string;
}

/** Some people. `People`; whoever does not exist, or hides, is left out. */
export interface PeopleGet {
  readonly type: 'people.get';
  readonly id: string;
  readonly users: readonly string[];
}

/** Those whose name or a searchable attribute begins with, or holds a word that begins with, the query. `People`. */
export interface PeopleSearch {
  readonly type: 'people.search';
  readonly id: string;
  readonly query: string;
  readonly limit?: number;
}

/** What to show of oneself. `Done`. `idle` is of this device, the rest of the person; absent: as before. */
export interface PresenceSet {
  readonly type: 'presence.set';
  readonly id: string;
  readonly idle?: boolean | null;
  readonly away?: boolean | null;
  readonly status_text?: string | null;
}

/** Hear of these people's presence from now on, as `PresenceChanged`. `Presences` as they are now. */
export interface PresenceWatch {
  readonly type: 'presence.watch';
  readonly id: string;
  readonly users: readonly string[];
}

/** Hear no more of them. `Done`. */
export interface PresenceUnwatch {
  readonly type: 'presence.unwatch';
  readonly id: string;
  readonly users: readonly string[];
}

/** One's own list, blocked people too. `Contacts`. */
export interface ContactsList {
  readonly type: 'contacts.list';
  readonly id: string;
}

/** Put someone on one's list. `Done`. */
export interface ContactsAdd {
  readonly type: 'contacts.add';
  readonly id: string;
  readonly user: string;
}

/** Take someone off; a block goes too. `Done`. */
export interface ContactsRemove {
  readonly type: 'contacts.remove';
  readonly id: string;
  readonly user: string;
}

/** Nothing of theirs reaches one any more: no call, no message in a direct conversation, no presence. `Done`. */
export interface ContactsBlock {
  readonly type: 'contacts.block';
  readonly id: string;
  readonly user: string;
  readonly blocked?: boolean;
}

/** Where this device is reached while it is closed (Push API of W3C). `Done`. */
export interface PushRegister {
  readonly type: 'push.register';
  readonly id: string;
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** Reach this device no more while it is closed. `Done`. */
export interface PushUnregister {
  readonly type: 'push.unregister';
  readonly id: string;
}

/** One's conversations, those with the newest messages first. `Conversations`. */
export interface ConversationList {
  readonly type: 'conversation.list';
  readonly id: string;
  readonly before?: number | null;
  readonly limit?: number;
}

/** One of them. `ConversationAnswered`. */
export interface ConversationGet {
  readonly type: 'conversation.get';
  readonly id: string;
  readonly conversation: string;
}

/** The one with somebody; it is made if there is none. `ConversationAnswered`. */
export interface ConversationDirect {
  readonly type: 'conversation.direct';
  readonly id: string;
  readonly user: string;
}

/** The one of a room that one's token allows to join. `ConversationAnswered`; one is a member from now on. */
export interface ConversationRoom {
  readonly type: 'conversation.room';
  readonly id: string;
  readonly room: string;
}

/** A group. `ConversationAnswered`. */
export interface ConversationCreate {
  readonly type: 'conversation.create';
  readonly id: string;
  readonly title?: string;
  readonly users?: readonly string[];
}

/** Another title or picture of a group. `ConversationAnswered`. Owners and moderators. */
export interface ConversationUpdate {
  readonly type: 'conversation.update';
  readonly id: string;
  readonly conversation: string;
  readonly title?: string | null;
  readonly avatar?: string | null;
}

/** Members in the order of their ids. `Members`. */
export interface ConversationMembers {
  readonly type: 'conversation.members';
  readonly id: string;
  readonly conversation: string;
  readonly after?: string | null;
  readonly limit?: number;
}

/** Bring people into a group. `ConversationAnswered`. Who blocks one is left out in silence. */
export interface ConversationAdd {
  readonly type: 'conversation.add';
  readonly id: string;
  readonly conversation: string;
  readonly users: readonly string[];
}

/** Send people out of a group. `Done`. Owners and moderators; a ban keeps them from coming back. */
export interface ConversationRemove {
  readonly type: 'conversation.remove';
  readonly id: string;
  readonly conversation: string;
  readonly users: readonly string[];
  readonly ban?: boolean;
}

/** Leave a group, or hide a direct conversation until the next message. `Done`. */
export interface ConversationLeave {
  readonly type: 'conversation.leave';
  readonly id: string;
  readonly conversation: string;
}

/** Make somebody owner, moderator or plain member. `Done`. Owners only; the last owner stays one. */
export interface ConversationRole {
  readonly type: 'conversation.role';
  readonly id: string;
  readonly conversation: string;
  readonly user: string;
  readonly role: MemberRole;
}

/** Let somebody write nothing until then. `Done`. Owners and moderators; null lifts it. */
export interface ConversationMute {
  readonly type: 'conversation.mute';
  readonly id: string;
  readonly conversation: string;
  readonly user: string;
  readonly until?: number | null;
}

/** Write. `Sent` follows the commit: what is acknowledged is stored. */
export interface MessageSend {
  readonly type: 'message.send';
  readonly id: string;
  readonly conversation: string;
  readonly text?: string;
  readonly mentions?: readonly string[];
  readonly attachments?: readonly string[];
  readonly reply_to?: string | null;
  readonly thread?: string | null;
  readonly custom?: Custom | null;
}

/** Another text. `Sent`. Its sender only; `conflict` unless `version` is the message's. */
export interface MessageEdit {
  readonly type: 'message.edit';
  readonly id: string;
  readonly conversation: string;
  readonly message: string;
  readonly version: number;
  readonly text?: string;
  readonly mentions?: readonly string[];
  readonly custom?: Custom | null;
}

/** Take it away for everyone; its place stays. `Sent`. Its sender, owners and moderators. */
export interface MessageDelete {
  readonly type: 'message.delete';
  readonly id: string;
  readonly conversation: string;
  readonly message: string;
}

/** Add one's reaction, or take it back. `Sent`. */
export interface MessageReact {
  readonly type: 'message.react';
  readonly id: string;
  readonly conversation: string;
  readonly message: string;
  readonly label: string;
  readonly on?: boolean;
}

/** Tell the moderators about a message. `Done`. */
export interface MessageReport {
  readonly type: 'message.report';
  readonly id: string;
  readonly conversation: string;
  readonly message: string;
  readonly reason?: string;
}

/** Words, in one conversation or in all of one's own; newest first. `Messages`. */
export interface MessageSearch {
  readonly type: 'message.search';
  readonly id: string;
  readonly query: string;
  readonly conversation?: string | null;
  readonly before?: number | null;
  readonly limit?: number;
}

/** A page of messages as they are now, oldest first. `Messages`. Without a direction: the newest ones. */
export interface HistoryGet {
  readonly type: 'history.get';
  readonly id: string;
  readonly conversation: string;
  readonly before?: number | null;
  readonly after?: number | null;
  readonly thread?: string | null;
  readonly limit?: number;
}

/** Events after a position, in order, to close a gap. `Events`; fewer than asked for means there are no more. */
export interface EventsGet {
  readonly type: 'events.get';
  readonly id: string;
  readonly conversation: string;
  readonly epoch: string;
  readonly after: number;
  readonly limit?: number;
}

/** Confirm that this device has all up to there. `Done`. Never goes back. */
export interface MarkDelivered {
  readonly type: 'mark.delivered';
  readonly id: string;
  readonly conversation: string;
  readonly seq: number;
}

/** The person has read all up to there. `Done`. Never goes back. */
export interface MarkRead {
  readonly type: 'mark.read';
  readonly id: string;
  readonly conversation: string;
  readonly seq: number;
}

/** One writes. `Done`. Repeat it every 3 s; the others forget it after 5 s. */
export interface Typing {
  readonly type: 'typing';
  readonly id: string;
  readonly conversation: string;
}

/** Something for those who are there now. `Done`. Dropped first where a connection is slow; never stored. */
export interface SignalSend {
  readonly type: 'signal.send';
  readonly id: string;
  readonly conversation: string;
  readonly name: string;
  readonly data?: unknown;
}

/** The last value of a key is what counts: a sensor's reading, a slide number. `Done`. `null` removes the key. */
export interface StateSet {
  readonly type: 'state.set';
  readonly id: string;
  readonly conversation: string;
  readonly key: string;
  readonly data?: unknown;
}

/** All keys and values of a conversation. `States`. */
export interface StateGet {
  readonly type: 'state.get';
  readonly id: string;
  readonly conversation: string;
}

/** Announce a file. `Upload` says where its bytes go (resumable, over HTTP). */
export interface UploadCreate {
  readonly type: 'upload.create';
  readonly id: string;
  readonly conversation: string;
  readonly name: string;
  readonly size_bytes: number;
}

/** Ring someone, or many. `CallAnswered` with the record as it begins. */
export interface CallStart {
  readonly type: 'call.start';
  readonly id: string;
  readonly users: readonly string[];
  readonly media?: CallMedia;
  readonly conversation?: string | null;
  readonly path?: MediaPath | null;
}

/** Confirm that this device knows of the call. `Done`. */
export interface CallDelivered {
  readonly type: 'call.delivered';
  readonly id: string;
  readonly call: string;
}

/** Confirm that this device rings. `Done`. */
export interface CallRinging {
  readonly type: 'call.ringing';
  readonly id: string;
  readonly call: string;
}

/** Take the call on this device. `CallAnswered`; its record says whether this device was chosen. */
export interface CallAccept {
  readonly type: 'call.accept';
  readonly id: string;
  readonly call: string;
}

/** Not now. `Done`. */
export interface CallReject {
  readonly type: 'call.reject';
  readonly id: string;
  readonly call: string;
  readonly this_device?: boolean;
}

/** Leave, or cancel before anyone has answered. `Done`, also when it is over already. */
export interface CallHangUp {
  readonly type: 'call.hang_up';
  readonly id: string;
  readonly call: string;
}

/** Ring more people. `CallAnswered`. A call of two that was direct moves to the room. */
export interface CallInvite {
  readonly type: 'call.invite';
  readonly id: string;
  readonly call: string;
  readonly users: readonly string[];
}

/** Come into a call whose party one is or was, later or from another device. `CallAnswered`. */
export interface CallJoin {
  readonly type: 'call.join';
  readonly id: string;
  readonly call: string;
}

/** Media flows on this device, over the path of this generation. `Done`. */
export interface CallConnected {
  readonly type: 'call.connected';
  readonly id: string;
  readonly call: string;
  readonly generation: number;
}

/** The path of this generation does not open, or broke. `Done`; a direct call moves to the room. */
export interface CallFailed {
  readonly type: 'call.failed';
  readonly id: string;
  readonly call: string;
  readonly generation: number;
  readonly reason?: string;
}

/** Change the path of a call that goes on. `CallAnswered`. Two people only can be direct. */
export interface CallMove {
  readonly type: 'call.move';
  readonly id: string;
  readonly call: string;
  readonly path: MediaPath;
}

/** To the other device of a direct path: one description, or candidates. `Done` once it is passed on. */
export interface CallSignal {
  readonly type: 'call.signal';
  readonly id: string;
  readonly call: string;
  readonly generation: number;
  readonly description?: string | null;
  readonly description_type?: string | null;
  readonly candidates?: readonly string[];
}

/** What one needs for the path: a way into the call's room at the media server, or ICE servers. `Ticket`. */
export interface CallTicket {
  readonly type: 'call.ticket';
  readonly id: string;
  readonly call: string;
}

/** One's calls, newest first. `Calls`. */
export interface CallHistory {
  readonly type: 'call.history';
  readonly id: string;
  readonly before?: number | null;
  readonly limit?: number;
}

/** Client to server; each is answered once. */
export type AnyCommand =
  | Hello
  | TokenRefresh
  | Ping
  | PeopleGet
  | PeopleSearch
  | PresenceSet
  | PresenceWatch
  | PresenceUnwatch
  | ContactsList
  | ContactsAdd
  | ContactsRemove
  | ContactsBlock
  | PushRegister
  | PushUnregister
  | CallStart
  | CallDelivered
  | CallRinging
  | CallAccept
  | CallReject
  | CallHangUp
  | CallInvite
  | CallJoin
  | CallConnected
  | CallFailed
  | CallMove
  | CallSignal
  | CallTicket
  | CallHistory
  | ConversationList
  | ConversationGet
  | ConversationDirect
  | ConversationRoom
  | ConversationCreate
  | ConversationUpdate
  | ConversationMembers
  | ConversationAdd
  | ConversationRemove
  | ConversationLeave
  | ConversationRole
  | ConversationMute
  | MessageSend
  | MessageEdit
  | MessageDelete
  | MessageReact
  | MessageReport
  | MessageSearch
  | HistoryGet
  | EventsGet
  | MarkDelivered
  | MarkRead
  | Typing
  | SignalSend
  | StateSet
  | StateGet
  | UploadCreate;

/** It is done; there is nothing else to say. */
export interface Done {
  readonly type: 'done';
  readonly id: string;
}

/** The command was refused, and changed nothing unless the message says so. */
export interface Failed {
  readonly type: 'failed';
  readonly id: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly retryable?: boolean;
  readonly retry_after_ms?: number | null;
}

/** The connection is this device's. What was missed follows, then `Synced`. */
export interface Welcome {
  readonly type: 'welcome';
  readonly id: string;
  readonly session: string;
  readonly resumed?: boolean;
  readonly me: Person;
  readonly server_time: number;
  readonly max_frame_bytes: number;
  readonly grace_ms: number;
  readonly calls?: readonly Call[];
  readonly push_key?: string;
}

/** Of `PeopleGet` and `PeopleSearch`. */
export interface People {
  readonly type: 'people';
  readonly id: string;
  readonly people: readonly Person[];
}

/** Of `PresenceWatch`. */
export interface Presences {
  readonly type: 'presences';
  readonly id: string;
  readonly presences: readonly Presence[];
}

/** Of `ContactsList`. */
export interface Contacts {
  readonly type: 'contacts';
  readonly id: string;
  readonly contacts: readonly Contact[];
}

/** Of the commands that change a call. */
export interface CallAnswered {
  readonly type: 'call';
  readonly id: string;
  readonly call: Call;
}

/** Of `CallTicket`. */
export interface Ticket {
  readonly type: 'ticket';
  readonly id: string;
  readonly ice_servers?: readonly IceServer[];
  readonly room?: RoomTicket | null;
}

/** Of `CallHistory`. */
export interface CallPage {
  readonly type: 'calls';
  readonly id: string;
  readonly calls: readonly Call[];
}

/** Of `ConversationList`. */
export interface Conversations {
  readonly type: 'conversations';
  readonly id: string;
  readonly conversations: readonly Conversation[];
}

/** Of the commands that make or change a conversation. */
export interface ConversationAnswered {
  readonly type: 'conversation';
  readonly id: string;
  readonly conversation: Conversation;
}

/** Of `ConversationMembers`. */
export interface Members {
  readonly type: 'members';
  readonly id: string;
  readonly members: readonly Member[];
}

/** Of everything that writes an event: it is stored, at this place. */
export interface Sent {
  readonly type: 'sent';
  readonly id: string;
  readonly conversation: string;
  readonly epoch: string;
  readonly seq: number;
  readonly message: string;
  readonly version?: number;
  readonly sent_at: number;
}

/** Of `HistoryGet` and `MessageSearch`. */
export interface Messages {
  readonly type: 'messages';
  readonly id: string;
  readonly messages: readonly Message[];
  readonly more?: boolean;
}

/** Of `EventsGet`. */
export interface Events {
  readonly type: 'events';
  readonly id: string;
  readonly epoch: string;
  readonly events: readonly ConversationEvent[];
  readonly recovered?: boolean;
}

/** A key and its value. */
export interface StateEntry {
  readonly key: string;
  readonly data: unknown;
  readonly sender: string;
  readonly changed_at: number;
}

/** Of `StateGet`. */
export interface States {
  readonly type: 'states';
  readonly id: string;
  readonly states: readonly StateEntry[];
}

/** Of `UploadCreate`: send the bytes to `url` with PATCH, from `Upload-Offset` (docs/reference/http-api.md). */
export interface Upload {
  readonly type: 'upload';
  readonly id: string;
  readonly attachment: Attachment;
  readonly url: string;
  readonly chunk_bytes: number;
}

/** Server to client, with the `id` of the command. */
export type AnyReply =
  | Done
  | Failed
  | Welcome
  | People
  | Presences
  | Contacts
  | CallAnswered
  | Ticket
  | CallPage
  | Conversations
  | ConversationAnswered
  | Members
  | Sent
  | Messages
  | Events
  | States
  | Upload;

/** A message was written. */
export interface Posted {
  readonly kind: 'posted';
  readonly message: Message;
}

/** Its text, mentions or custom content are now these. */
export interface Edited {
  readonly kind: 'edited';
  readonly message: string;
  readonly version: number;
  readonly text?: string;
  readonly mentions?: readonly string[];
  readonly custom?: Custom | null;
}

/** It is gone for everyone. */
export interface Deleted {
  readonly kind: 'deleted';
  readonly message: string;
  readonly version: number;
}

/** The event's sender added a reaction, or took it back. */
export interface Reacted {
  readonly kind: 'reacted';
  readonly message: string;
  readonly label: string;
  readonly on?: boolean;
}

/** Came into the conversation; the event's sender brought them. */
export interface Joined {
  readonly kind: 'joined';
  readonly users: readonly string[];
}

/** Went, or were sent away by the event's sender. */
export interface Left {
  readonly kind: 'left';
  readonly users: readonly string[];
}

/** Somebody has another role. */
export interface RoleChanged {
  readonly kind: 'role_changed';
  readonly user: string;
  readonly role: MemberRole;
}

/** The conversation has another title or picture. */
export interface Renamed {
  readonly kind: 'renamed';
  readonly title?: string;
  readonly avatar?: string;
}

/** A file was found to be harmful and is gone, or its thumbnail is ready. */
export interface AttachmentChanged {
  readonly kind: 'attachment_changed';
  readonly message: string;
  readonly attachment: Attachment;
}

/** The trace of a call: missed, rejected, or how long it took. */
export interface CallEnded {
  readonly kind: 'call_ended';
  readonly call: Call;
}

/** One more happening. `seq` has no gaps within an epoch: who misses one asks for it (`EventsGet`). */
export interface ConversationEvent {
  readonly type: 'conversation.event';
  readonly conversation: string;
  readonly epoch: string;
  readonly seq: number;
  readonly sender: string;
  readonly at: number;
  readonly event: Happening;
  readonly command?: string;
}

/** One's own view of a conversation is another one: one was added, or its members, title or unread count changed. */
export interface ConversationChanged {
  readonly type: 'conversation.changed';
  readonly conversation: Conversation;
}

/** One is no member any more. */
export interface ConversationGone {
  readonly type: 'conversation.gone';
  readonly conversation: string;
}

/** A member has received or read up to there; one's own other devices hear it too. */
export interface Marked {
  readonly type: 'marked';
  readonly conversation: string;
  readonly user: string;
  readonly delivered_seq: number;
  readonly read_seq: number;
}

/** Somebody writes. Forget it after 5 s. */
export interface TypingHeard {
  readonly type: 'typing';
  readonly conversation: string;
  readonly user: string;
}

/** What a member sent to those who are there now. */
export interface SignalHeard {
  readonly type: 'signal';
  readonly conversation: string;
  readonly sender: string;
  readonly name: string;
  readonly data?: unknown;
}

/** A key has this value now. */
export interface StateChanged {
  readonly type: 'state';
  readonly conversation: string;
  readonly sender: string;
  readonly key: string;
  readonly data?: unknown;
  readonly changed_at: number;
}

/** Of people that are watched, in batches of at most 128. */
export interface PresenceChanged {
  readonly type: 'presence';
  readonly presences: readonly Presence[];
}

/** The application changed somebody who is watched, or oneself. */
export interface PersonChanged {
  readonly type: 'person';
  readonly person: Person;
}

/** One's list was changed on another device: ask for it. */
export interface ContactsChanged {
  readonly type: 'contacts.changed';
}

/** A call as it is now. The first one that a device hears of a call, and whose party it is, makes it ring. */
export interface CallChanged {
  readonly type: 'call.changed';
  readonly call: Call;
  readonly leg?: string | null;
}

/** From the other device of a direct path. */
export interface CallSignalled {
  readonly type: 'call.signal';
  readonly call: string;
  readonly generation: number;
  readonly device: string;
  readonly description?: string | null;
  readonly description_type?: string | null;
  readonly candidates?: readonly string[];
}

/** All that was missed has been sent. */
export interface Synced {
  readonly type: 'synced';
}

/** The client's position in a conversation cannot be continued: read its history anew. */
export interface Gap {
  readonly type: 'gap';
  readonly conversation: string;
  readonly epoch: string;
  readonly head_seq: number;
}

/** The server closes this connection, and why. */
export interface Goodbye {
  readonly type: 'goodbye';
  readonly reason: string;
  readonly message?: string;
  readonly reconnect?: boolean;
  readonly retry_after_ms?: number;
}

/** Why the server closes a connection. */
export type GoodbyeReason = 'shutdown' | 'resync' | 'replaced' | 'token_expired' | 'revoked' | 'protocol';

/** What happens in a conversation. */
export type Happening =
  | Posted
  | Edited
  | Deleted
  | Reacted
  | Joined
  | Left
  | RoleChanged
  | Renamed
  | AttachmentChanged
  | CallEnded;

/** Server to client, unasked. */
export type AnyEvent =
  | ConversationEvent
  | ConversationChanged
  | ConversationGone
  | Marked
  | TypingHeard
  | SignalHeard
  | StateChanged
  | PresenceChanged
  | PersonChanged
  | ContactsChanged
  | CallChanged
  | CallSignalled
  | Synced
  | Gap
  | Goodbye;
