// Written by `make docs` from src/tureen/protocol; do not edit.
//
// The native door's messages. A field that may be absent has the default that docs/reference/native-protocol.md states.

export const VERSION = 1;
export const MAX_FRAME_BYTES = 65536;
export const MAX_TEXT_CHARACTERS = 8000;
export const MAX_CUSTOM_BYTES = 32768;
export const MAX_PAGE = 200;
export const MAX_BATCH = 200;
export const MAX_POSITIONS = 2000;

/** What the caller would like to begin with. */
export type CallMedia = "audio" | "video";

/**
 * How media flows.
 * - `direct`: From browser to browser.
 * - `room`: Through the media server, in the call's room.
 */
export type MediaPath = "direct" | "room";

/** What a member may do. */
export type MemberRole = "owner" | "moderator" | "member";

/** Stable names for programs. */
export type ErrorCode =
  | "invalid"
  | "too_large"
  | "unauthenticated"
  | "token_expired"
  | "revoked"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "gone"
  | "rate_limited"
  | "limit_exceeded"
  | "unsupported_version"
  | "unsupported_media"
  | "rejected"
  | "unavailable"
  | "internal";

/** Of a call as a whole. */
export type CallState = "created" | "inviting" | "ringing" | "connecting" | "active" | "ended";

/**
 * Of one person in a call, over their devices.
 * - `called`: Not all devices have answered yet; which of them ring is nobody else's business.
 */
export type PartyState = "called" | "ringing" | "joined" | "reconnecting" | "rejected" | "busy" | "missed" | "left";

/**
 * Why a call ended.
 * - `lost`: A side did not come back within the grace, or media never connected.
 * - `glare`: Both called each other; the other call goes on.
 */
export type CallEnd = "hung_up" | "cancelled" | "rejected" | "busy" | "missed" | "unreachable" | "lost" | "glare";

/**
 * What others see of a person; the first that applies.
 * - `busy`: In a call.
 * - `away`: Connected, but idle on every device or by choice.
 */
export type Availability = "busy" | "online" | "away" | "offline";

/**
 * How a conversation came to be, and who may change its members.
 * - `direct`: Two people; the same two always meet in the same one.
 * - `room`: The chat of a room, known by the room's name: whoever may join the room is a member.
 */
export type ConversationKind = "direct" | "group" | "room";

/**
 * Why the server closes a connection.
 * - `resync`: The client reads too slowly: come back with positions.
 * - `replaced`: The same device has another connection.
 * - `protocol`: The client broke the protocol; the message says how.
 */
export type GoodbyeReason = "shutdown" | "resync" | "replaced" | "token_expired" | "revoked" | "protocol";

/** Of one device of someone who is called. */
export type LegState =
  | "pending"
  | "delivered"
  | "ringing"
  | "accepted"
  | "rejected"
  | "busy"
  | "timeout"
  | "cancelled"
  | "answered_elsewhere"
  | "unreachable";

/** Up to where a client has received a conversation. */
export interface Position {
  conversation: string;
  epoch: string;
  seq: number;
}

/** Content for machines; a person's client shows `Message.text`, if there is any. */
export interface Custom {
  kind: string;
  /** Any JSON. */
  data?: unknown;
}

/** Someone in the directory, as far as the one who asks may see them. */
export interface Person {
  id: string;
  name?: string;
  avatar?: string;
  attributes?: Record<string, string>;
}

/** A call as its parties see it. */
export interface Call {
  id: string;
  /** Grows with every change: of two records, the one with the higher version is true. */
  version: number;
  caller: string;
  media: CallMedia;
  state: CallState;
  /** The caller first. */
  parties: Party[];
  conversation?: string | null;
  /** Where its media flows when it goes through the media server. */
  room: string;
  path?: MediaPath;
  /** Of the path: it grows each time the path changes, and what belongs to an older one is void. */
  generation?: number;
  /** Device that makes the first offer of a direct path; the other one is polite (perfect negotiation, W3C WebRTC). */
  offerer?: string | null;
  created_at: number;
  ring_until: number;
  connected_at?: number | null;
  ended_at?: number | null;
  end?: CallEnd | null;
}

/** One person of a call. */
export interface Party {
  user: string;
  state: PartyState;
  /** The one that is in the call. */
  device?: string | null;
}

/** Of one person, over all their devices. */
export interface Presence {
  user: string;
  availability: Availability;
  status_text?: string;
  /** Only of who is offline, and only if their privacy rules allow it. */
  last_seen_at?: number | null;
}

/** An entry of one's own list. */
export interface Contact {
  person: Person;
  added_at: number;
  blocked?: boolean;
}

/** As `RTCIceServer` of W3C WebRTC. */
export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

/** What a client needs to join a call's room through the media server. */
export interface RoomTicket {
  room: string;
  token: string;
  /** Empty: the server that is asked. */
  url?: string;
}

/** As one of its members sees it. */
export interface Conversation {
  id: string;
  kind: ConversationKind;
  /** Of groups; the name of the room. Empty for two people, who are shown by name. */
  title?: string;
  avatar?: string;
  /** Names the history that positions belong to; after a change, positions that a client holds are void. */
  epoch: string;
  /** Of the newest event. */
  head_seq: number;
  /** All of them up to 100, then only one's own entry; `conversation.members` pages through the rest. */
  members?: Member[];
  member_count?: number;
  last_message?: Message | null;
  /** Messages of others after one's own read mark; counted up to 999. */
  unread?: number;
  /** Of these, such as mention oneself. */
  mentions?: number;
  created_at: number;
  /** Of the newest message, or the creation; lists are in this order, newest first. */
  active_at: number;
}

/** Someone in a conversation. The marks are positions: all up to there was delivered to a device, or read. */
export interface Member {
  user: string;
  role?: MemberRole;
  joined_at: number;
  delivered_seq?: number;
  read_seq?: number;
  /** Until then a moderator lets them write nothing. */
  muted_until?: number | null;
}

/** A message as it is now: edits and reactions folded in. A deleted one keeps only its place. */
export interface Message {
  id: string;
  conversation: string;
  /** Where it was posted; it never changes. */
  seq: number;
  sender: string;
  /**
   * In conversations of rooms: what the sender was called when they wrote it, as their token said. Guests are in no
   * directory, so this is all that is known of them once they have left. Empty: ask for the person.
   */
  sender_name?: string;
  sent_at: number;
  text?: string;
  mentions?: string[];
  attachments?: Attachment[];
  reply_to?: string | null;
  /** The message under which it was posted; it does not appear among the others then, unless its root is shown. */
  thread?: string | null;
  /** How many were posted under this one. */
  thread_replies?: number;
  custom?: Custom | null;
  reactions?: Reaction[];
  /** Grows with each edit and deletion. */
  version?: number;
  edited_at?: number | null;
  deleted_at?: number | null;
}

/** A file of a message. */
export interface Attachment {
  id: string;
  name: string;
  /** As found in the bytes, whatever the uploader called it (RFC 6838). */
  media_type: string;
  size_bytes: number;
  width?: number | null;
  /** In pixels, of images. */
  height?: number | null;
  /** Signed, relative to the server, valid for a short time; ask for the message again for a fresh one. */
  url?: string;
  thumbnail_url?: string;
}

/** All who reacted to a message in the same way. */
export interface Reaction {
  label: string;
  users: string[];
}

/** A message was written. */
export interface Posted {
  kind: "posted";
  message: Message;
}

/** Its text, mentions or custom content are now these. */
export interface Edited {
  kind: "edited";
  message: string;
  version: number;
  text?: string;
  mentions?: string[];
  custom?: Custom | null;
}

/** It is gone for everyone. */
export interface Deleted {
  kind: "deleted";
  message: string;
  version: number;
}

/** The event's sender added a reaction, or took it back. */
export interface Reacted {
  kind: "reacted";
  message: string;
  label: string;
  on?: boolean;
}

/** Came into the conversation; the event's sender brought them. */
export interface Joined {
  kind: "joined";
  users: string[];
}

/** Went, or were sent away by the event's sender. */
export interface Left {
  kind: "left";
  users: string[];
}

/** Somebody has another role. */
export interface RoleChanged {
  kind: "role_changed";
  user: string;
  role: MemberRole;
}

/** The conversation has another title or picture. */
export interface Renamed {
  kind: "renamed";
  title?: string;
  avatar?: string;
}

/** A file was found to be harmful and is gone, or its thumbnail is ready. */
export interface AttachmentChanged {
  kind: "attachment_changed";
  message: string;
  attachment: Attachment;
}

/** The trace of a call: missed, rejected, or how long it took. */
export interface CallEnded {
  kind: "call_ended";
  call: Call;
}

/** A key and its value. */
export interface StateEntry {
  key: string;
  data: unknown;
  sender: string;
  changed_at: number;
}

/**
 * The first command of a connection, within 10 s. Answered by `Welcome`; then follow what was missed, and `Synced`.
 *
 * The token may also stand in the upgrade's `Authorization` header, for programs.
 */
export interface Hello {
  type: "hello";
  id: string;
  token?: string;
  device: string;
  version: number;
  /** Name and version of the program, for the operator's logs. */
  client?: string;
  /** Of the conversations that the client keeps. All that came later is sent, or `Gap` says that it cannot. */
  positions?: Position[];
  idle?: boolean;
}

/** A fresh token for the same user. `Done`. Without one the connection is closed when the token expires. */
export interface TokenRefresh {
  type: "token.refresh";
  id: string;
  token: string;
}

/** Whether the server is there. `Done`. */
export interface Ping {
  type: "ping";
  id: string;
}

/** Some people. `People`; whoever does not exist, or hides, is left out. */
export interface PeopleGet {
  type: "people.get";
  id: string;
  users: string[];
}

/** Those whose name or a searchable attribute begins with, or holds a word that begins with, the query. `People`. */
export interface PeopleSearch {
  type: "people.search";
  id: string;
  query: string;
  limit?: number;
}

/** What to show of oneself. `Done`. `idle` is of this device, the rest of the person; absent: as before. */
export interface PresenceSet {
  type: "presence.set";
  id: string;
  idle?: boolean | null;
  /** By choice, on all devices. */
  away?: boolean | null;
  status_text?: string | null;
}

/** Hear of these people's presence from now on, as `PresenceChanged`. `Presences` as they are now. */
export interface PresenceWatch {
  type: "presence.watch";
  id: string;
  users: string[];
}

/** Hear no more of them. `Done`. */
export interface PresenceUnwatch {
  type: "presence.unwatch";
  id: string;
  users: string[];
}

/** One's own list, blocked people too. `Contacts`. */
export interface ContactsList {
  type: "contacts.list";
  id: string;
}

/** Put someone on one's list. `Done`. */
export interface ContactsAdd {
  type: "contacts.add";
  id: string;
  user: string;
}

/** Take someone off; a block goes too. `Done`. */
export interface ContactsRemove {
  type: "contacts.remove";
  id: string;
  user: string;
}

/**
 * Nothing of theirs reaches one any more: no call, no message in a direct conversation, no presence. `Done`.
 *
 * They are not told: to them one is offline.
 */
export interface ContactsBlock {
  type: "contacts.block";
  id: string;
  user: string;
  blocked?: boolean;
}

/** Where this device is reached while it is closed (Push API of W3C). `Done`. */
export interface PushRegister {
  type: "push.register";
  id: string;
  endpoint: string;
  p256dh: string;
  auth: string;
}

/** Reach this device no more while it is closed. `Done`. */
export interface PushUnregister {
  type: "push.unregister";
  id: string;
}

/** Ring someone, or many. `CallAnswered` with the record as it begins. */
export interface CallStart {
  type: "call.start";
  id: string;
  users: string[];
  media?: CallMedia;
  /**
   * Where it leaves its trace: one that the caller may write to. Absent: the direct one, if one person is called.
   *
   * A call that could ring nobody leaves none.
   */
  conversation?: string | null;
  /** Absent: direct for two, the room otherwise. */
  path?: MediaPath | null;
}

/** Confirm that this device knows of the call. `Done`. */
export interface CallDelivered {
  type: "call.delivered";
  id: string;
  call: string;
}

/** Confirm that this device rings. `Done`. */
export interface CallRinging {
  type: "call.ringing";
  id: string;
  call: string;
}

/**
 * Take the call on this device. `CallAnswered`; its record says whether this device was chosen.
 *
 * No media may start before. `gone` if it is over, `conflict` if another device of the person was quicker.
 */
export interface CallAccept {
  type: "call.accept";
  id: string;
  call: string;
}

/** Not now. `Done`. */
export interface CallReject {
  type: "call.reject";
  id: string;
  call: string;
  /** The others go on ringing. */
  this_device?: boolean;
}

/** Leave, or cancel before anyone has answered. `Done`, also when it is over already. */
export interface CallHangUp {
  type: "call.hang_up";
  id: string;
  call: string;
}

/** Ring more people. `CallAnswered`. A call of two that was direct moves to the room. */
export interface CallInvite {
  type: "call.invite";
  id: string;
  call: string;
  users: string[];
}

/**
 * Come into a call whose party one is or was, later, from another device, or from a new page. `CallAnswered`.
 *
 * Members of the group whose call it is need not have been called. To all others, former members too, it does not
 * exist (`not_found`); `forbidden` for whom a moderator lets write nothing, `limit_exceeded` if it is full.
 *
 * From the device that is in the call it begins a direct path anew: the page that held the old one is gone.
 */
export interface CallJoin {
  type: "call.join";
  id: string;
  call: string;
}

/** Media flows on this device, over the path of this generation. `Done`. */
export interface CallConnected {
  type: "call.connected";
  id: string;
  call: string;
  generation: number;
}

/** The path of this generation does not open, or broke. `Done`; a direct call moves to the room. */
export interface CallFailed {
  type: "call.failed";
  id: string;
  call: string;
  generation: number;
  reason?: string;
}

/** Change the path of a call that goes on. `CallAnswered`. Two people only can be direct. */
export interface CallMove {
  type: "call.move";
  id: string;
  call: string;
  path: MediaPath;
}

/**
 * To the other device of a direct path: one description, or candidates. `Done` once it is passed on.
 *
 * What belongs to an older generation is dropped, and answered `Done` as well.
 */
export interface CallSignal {
  type: "call.signal";
  id: string;
  call: string;
  generation: number;
  description?: string | null;
  description_type?: string | null;
  /** `RTCIceCandidateInit` as JSON, each; an empty string says that there are no more. */
  candidates?: string[];
}

/** What one needs for the path: a way into the call's room at the media server, or ICE servers. `Ticket`. */
export interface CallTicket {
  type: "call.ticket";
  id: string;
  call: string;
}

/** Whether a second call rings while one is in a call; otherwise its caller hears `busy`. `Waiting`. */
export interface CallWaiting {
  type: "call.waiting";
  id: string;
  /** What the person wants from now on, on all devices; absent: as before. At first the server's setting holds. */
  on?: boolean | null;
}

/** One's calls, newest first. `CallPage`. */
export interface CallHistory {
  type: "call.history";
  id: string;
  before?: number | null;
  limit?: number;
}

/** One's conversations, those with the newest messages first. `Conversations`. */
export interface ConversationList {
  type: "conversation.list";
  id: string;
  /** Only those whose `active_at` is earlier: the way to the next page. */
  before?: number | null;
  limit?: number;
}

/** One of them. `ConversationAnswered`. */
export interface ConversationGet {
  type: "conversation.get";
  id: string;
  conversation: string;
}

/** The one with somebody; it is made if there is none. `ConversationAnswered`. */
export interface ConversationDirect {
  type: "conversation.direct";
  id: string;
  user: string;
}

/** The one of a room that one's token allows to join. `ConversationAnswered`; one is a member from now on. */
export interface ConversationRoom {
  type: "conversation.room";
  id: string;
  room: string;
}

/**
 * A group. `ConversationAnswered`. Whoever is in too many groups is left out in silence.
 *
 * `limit_exceeded` if one has made too many; groups in which others stay when one leaves are not counted.
 */
export interface ConversationCreate {
  type: "conversation.create";
  id: string;
  title?: string;
  users?: string[];
}

/** Another title or picture of a group. `ConversationAnswered`. Owners and moderators. */
export interface ConversationUpdate {
  type: "conversation.update";
  id: string;
  conversation: string;
  title?: string | null;
  avatar?: string | null;
}

/** Members in the order of their ids. `Members`. */
export interface ConversationMembers {
  type: "conversation.members";
  id: string;
  conversation: string;
  after?: string | null;
  limit?: number;
}

/**
 * Bring people into a group. `ConversationAnswered`.
 * Who blocks one, or is in too many groups, is left out in silence.
 *
 * Owners and moderators lift bans by it. Of a room they do no more than that: people come by their own tokens.
 */
export interface ConversationAdd {
  type: "conversation.add";
  id: string;
  conversation: string;
  users: string[];
}

/** Send people out of a group. `Done`. Owners and moderators; a ban keeps them from coming back. */
export interface ConversationRemove {
  type: "conversation.remove";
  id: string;
  conversation: string;
  users: string[];
  ban?: boolean;
}

/** Leave a group, or hide a direct conversation until the next message. `Done`. */
export interface ConversationLeave {
  type: "conversation.leave";
  id: string;
  conversation: string;
}

/** Make somebody owner, moderator or plain member. `Done`. Owners only; the last owner stays one. */
export interface ConversationRole {
  type: "conversation.role";
  id: string;
  conversation: string;
  user: string;
  role: MemberRole;
}

/** Let somebody write nothing until then. `Done`. Owners and moderators; null lifts it. */
export interface ConversationMute {
  type: "conversation.mute";
  id: string;
  conversation: string;
  user: string;
  until?: number | null;
}

/**
 * Write. `Sent` follows the commit: what is acknowledged is stored.
 *
 * `id` is kept with the message: sent again, even after days, it is answered with the first message's place.
 */
export interface MessageSend {
  type: "message.send";
  id: string;
  conversation: string;
  text?: string;
  mentions?: string[];
  /** Uploaded by the sender, ready, and used nowhere else. */
  attachments?: string[];
  reply_to?: string | null;
  thread?: string | null;
  custom?: Custom | null;
}

/** Another text. `Sent`. Its sender only; `conflict` unless `version` is the message's. */
export interface MessageEdit {
  type: "message.edit";
  id: string;
  conversation: string;
  message: string;
  version: number;
  text?: string;
  mentions?: string[];
  custom?: Custom | null;
}

/** Take it away for everyone; its place stays. `Sent`. Its sender, owners and moderators. */
export interface MessageDelete {
  type: "message.delete";
  id: string;
  conversation: string;
  message: string;
}

/** Add one's reaction, or take it back. `Sent`. */
export interface MessageReact {
  type: "message.react";
  id: string;
  conversation: string;
  message: string;
  label: string;
  on?: boolean;
}

/** Tell the moderators about a message. `Done`. */
export interface MessageReport {
  type: "message.report";
  id: string;
  conversation: string;
  message: string;
  reason?: string;
}

/** Words, in one conversation or in all of one's own; newest first. `Messages`. */
export interface MessageSearch {
  type: "message.search";
  id: string;
  query: string;
  conversation?: string | null;
  /** Only those sent earlier: the way to the next page. */
  before?: number | null;
  limit?: number;
}

/** A page of messages as they are now, oldest first. `Messages`. Without a direction: the newest ones. */
export interface HistoryGet {
  type: "history.get";
  id: string;
  conversation: string;
  before?: number | null;
  after?: number | null;
  /** Only what was posted under this message. */
  thread?: string | null;
  /** With what happened between the messages; it counts in the limit. A thread has none. */
  happenings?: boolean;
  limit?: number;
}

/** Events after a position, in order, to close a gap. `Events`; fewer than asked for means there are no more. */
export interface EventsGet {
  type: "events.get";
  id: string;
  conversation: string;
  epoch: string;
  after: number;
  limit?: number;
}

/** Confirm that this device has all up to there. `Done`. Never goes back. */
export interface MarkDelivered {
  type: "mark.delivered";
  id: string;
  conversation: string;
  seq: number;
}

/** The person has read all up to there. `Done`. Never goes back. */
export interface MarkRead {
  type: "mark.read";
  id: string;
  conversation: string;
  seq: number;
}

/** One writes. `Done`. Repeat it every 3 s; the others forget it after 5 s. */
export interface Typing {
  type: "typing";
  id: string;
  conversation: string;
}

/** Something for those who are there now. `Done`. Dropped first where a connection is slow; never stored. */
export interface SignalSend {
  type: "signal.send";
  id: string;
  conversation: string;
  name: string;
  data?: unknown;
}

/** The last value of a key is what counts: a sensor's reading, a slide number. `Done`. `null` removes the key. */
export interface StateSet {
  type: "state.set";
  id: string;
  conversation: string;
  key: string;
  data?: unknown;
}

/** All keys and values of a conversation. `States`. */
export interface StateGet {
  type: "state.get";
  id: string;
  conversation: string;
}

/** Announce a file. `Upload` says where its bytes go (resumable, over HTTP). */
export interface UploadCreate {
  type: "upload.create";
  id: string;
  conversation: string;
  name: string;
  size_bytes: number;
}

/** It is done; there is nothing else to say. */
export interface Done {
  type: "done";
  id: string;
}

/** The command was refused, and changed nothing unless the message says so. */
export interface Failed {
  type: "failed";
  id: string;
  code: ErrorCode;
  /** What happened and why, for people. */
  message: string;
  /** What to do about it, for people. */
  hint?: string;
  retryable?: boolean;
  retry_after_ms?: number | null;
}

/** The connection is this device's. What was missed follows, then `Synced`. */
export interface Welcome {
  type: "welcome";
  id: string;
  session: string;
  /** The session was still there: others have noticed nothing of the drop. */
  resumed?: boolean;
  me: Person;
  server_time: number;
  max_frame_bytes: number;
  /** How long after a drop others notice nothing. */
  grace_ms: number;
  /** All open calls of the person and of their groups; what a client still shows and is not here is over. */
  calls?: Call[];
  /** For the Push API (`applicationServerKey`, RFC 8292); empty: there is no push. */
  push_key?: string;
}

/** Of `PeopleGet` and `PeopleSearch`. */
export interface People {
  type: "people";
  id: string;
  people: Person[];
}

/** Of `PresenceWatch`. */
export interface Presences {
  type: "presences";
  id: string;
  presences: Presence[];
}

/** Of `ContactsList`. */
export interface Contacts {
  type: "contacts";
  id: string;
  contacts: Contact[];
}

/** Of the commands that change a call. */
export interface CallAnswered {
  type: "call";
  id: string;
  call: Call;
}

/** Of `CallTicket`. */
export interface Ticket {
  type: "ticket";
  id: string;
  ice_servers?: IceServer[];
  room?: RoomTicket | null;
}

/** Of `CallWaiting`. */
export interface Waiting {
  type: "waiting";
  id: string;
  /** What holds now. */
  on: boolean;
}

/** Of `CallHistory`. */
export interface CallPage {
  type: "calls";
  id: string;
  calls: Call[];
}

/** Of `ConversationList`. */
export interface Conversations {
  type: "conversations";
  id: string;
  conversations: Conversation[];
}

/** Of the commands that make or change a conversation. */
export interface ConversationAnswered {
  type: "conversation";
  id: string;
  conversation: Conversation;
}

/** Of `ConversationMembers`. */
export interface Members {
  type: "members";
  id: string;
  members: Member[];
}

/** Of everything that writes an event: it is stored, at this place. */
export interface Sent {
  type: "sent";
  id: string;
  conversation: string;
  epoch: string;
  seq: number;
  message: string;
  version?: number;
  sent_at: number;
}

/** Of `HistoryGet` and `MessageSearch`. */
export interface Messages {
  type: "messages";
  id: string;
  messages: Message[];
  /** If they were asked for: what happened in this stretch and is no message, oldest first. */
  happenings?: ConversationEvent[];
  /** Of a thread: the message under which they were posted. Absent: it is kept no more. */
  root?: Message | null;
  /** Of a history with messages: the position that they are as of; later replies are not in `thread_replies` yet. */
  seq?: number | null;
  /** There are further ones in the direction that was asked for. */
  more?: boolean;
}

/** Of `EventsGet`. */
export interface Events {
  type: "events";
  id: string;
  epoch: string;
  events: ConversationEvent[];
  /** False: the epoch is another one, or events of that time are kept no more. Read the history anew. */
  recovered?: boolean;
}

/** Of `StateGet`. */
export interface States {
  type: "states";
  id: string;
  states: StateEntry[];
}

/** Of `UploadCreate`: send the bytes to `url` with PATCH, from `Upload-Offset` (docs/reference/http-api.md). */
export interface Upload {
  type: "upload";
  id: string;
  attachment: Attachment;
  url: string;
  chunk_bytes: number;
}

/** One more happening. `seq` has no gaps within an epoch: who misses one asks for it (`EventsGet`). */
export interface ConversationEvent {
  type: "conversation.event";
  conversation: string;
  epoch: string;
  seq: number;
  sender: string;
  at: number;
  event: Posted | Edited | Deleted | Reacted | Joined | Left | RoleChanged | Renamed | AttachmentChanged | CallEnded;
  /** `id` of the command that caused it; only the sender's own devices see it, to match what they show already. */
  command?: string;
}

/** One's own view of a conversation is another one: one was added, or its members, title or unread count changed. */
export interface ConversationChanged {
  type: "conversation.changed";
  conversation: Conversation;
}

/** One is no member any more. */
export interface ConversationGone {
  type: "conversation.gone";
  conversation: string;
}

/** A member has received or read up to there; one's own other devices hear it too. */
export interface Marked {
  type: "marked";
  conversation: string;
  user: string;
  delivered_seq: number;
  read_seq: number;
}

/** Somebody writes. Forget it after 5 s. */
export interface TypingHeard {
  type: "typing";
  conversation: string;
  user: string;
}

/** What a member sent to those who are there now. */
export interface SignalHeard {
  type: "signal";
  conversation: string;
  sender: string;
  name: string;
  data?: unknown;
}

/** A key has this value now. */
export interface StateChanged {
  type: "state";
  conversation: string;
  sender: string;
  key: string;
  data?: unknown;
  changed_at: number;
}

/** Of people that are watched, in batches of at most 128. */
export interface PresenceChanged {
  type: "presence";
  presences: Presence[];
}

/** The application changed somebody who is watched, or oneself; or one chose anew by `CallWaiting`. */
export interface PersonChanged {
  type: "person";
  person: Person;
}

/** One's list was changed on another device: ask for it. */
export interface ContactsChanged {
  type: "contacts.changed";
}

/**
 * A call as it is now. The first one that a device hears of a call, and whose party it is, makes it ring.
 *
 * Members of the group whose call it is hear of it without being called, whenever it begins, somebody comes in or
 * goes, and it ends; they may `CallJoin`. After `ConversationGone` they hear no more, unless they are in it.
 */
export interface CallChanged {
  type: "call.changed";
  call: Call;
  /** The state of this device's own leg (`LegState`), while there is one. */
  leg?: string | null;
}

/** From the other device of a direct path. */
export interface CallSignalled {
  type: "call.signal";
  call: string;
  generation: number;
  device: string;
  description?: string | null;
  description_type?: string | null;
  candidates?: string[];
}

/** All that was missed has been sent. */
export interface Synced {
  type: "synced";
}

/** The client's position in a conversation cannot be continued: read its history anew. */
export interface Gap {
  type: "gap";
  conversation: string;
  epoch: string;
  head_seq: number;
}

/** The server closes this connection, and why. */
export interface Goodbye {
  type: "goodbye";
  /** A `GoodbyeReason`. */
  reason: string;
  message?: string;
  reconnect?: boolean;
  /** At least; add as much again by chance, so that not all come back at once. */
  retry_after_ms?: number;
}

/** Client to server. */
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
  | CallWaiting
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

/** Server to client, once per command. */
export type AnyReply =
  | Done
  | Failed
  | Welcome
  | People
  | Presences
  | Contacts
  | CallAnswered
  | Ticket
  | Waiting
  | CallPage
  | Conversations
  | ConversationAnswered
  | Members
  | Sent
  | Messages
  | Events
  | States
  | Upload;

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

/** What a command is answered with when it is carried out, by its type; `Failed` otherwise. */
export interface ReplyByCommand {
  "hello": Welcome;
  "token.refresh": Done;
  "ping": Done;
  "people.get": People;
  "people.search": People;
  "presence.set": Done;
  "presence.watch": Presences;
  "presence.unwatch": Done;
  "contacts.list": Contacts;
  "contacts.add": Done;
  "contacts.remove": Done;
  "contacts.block": Done;
  "push.register": Done;
  "push.unregister": Done;
  "call.start": CallAnswered;
  "call.delivered": Done;
  "call.ringing": Done;
  "call.accept": CallAnswered;
  "call.reject": Done;
  "call.hang_up": Done;
  "call.invite": CallAnswered;
  "call.join": CallAnswered;
  "call.connected": Done;
  "call.failed": Done;
  "call.move": CallAnswered;
  "call.signal": Done;
  "call.ticket": Ticket;
  "call.waiting": Waiting;
  "call.history": CallPage;
  "conversation.list": Conversations;
  "conversation.get": ConversationAnswered;
  "conversation.direct": ConversationAnswered;
  "conversation.room": ConversationAnswered;
  "conversation.create": ConversationAnswered;
  "conversation.update": ConversationAnswered;
  "conversation.members": Members;
  "conversation.add": ConversationAnswered;
  "conversation.remove": Done;
  "conversation.leave": Done;
  "conversation.role": Done;
  "conversation.mute": Done;
  "message.send": Sent;
  "message.edit": Sent;
  "message.delete": Sent;
  "message.react": Sent;
  "message.report": Done;
  "message.search": Messages;
  "history.get": Messages;
  "events.get": Events;
  "mark.delivered": Done;
  "mark.read": Done;
  "typing": Done;
  "signal.send": Done;
  "state.set": Done;
  "state.get": States;
  "upload.create": Upload;
}

/** Whether the same command may work later; final otherwise. */
export const RETRYABLE: Readonly<Record<ErrorCode, boolean>> = {
  invalid: false,
  too_large: false,
  unauthenticated: false,
  token_expired: false,
  revoked: false,
  forbidden: false,
  not_found: false,
  conflict: false,
  gone: false,
  rate_limited: true,
  limit_exceeded: false,
  unsupported_version: false,
  unsupported_media: false,
  rejected: false,
  unavailable: true,
  internal: true,
};

/** How the server closes a connection. */
export const CLOSE_CODES = {
  /** The frames are against RFC 6455: a defect of the client. */
  PROTOCOL_ERROR: 1002,
  /** A binary frame came: messages are JSON in text frames. */
  UNSUPPORTED_DATA: 1003,
  /** A text frame is no UTF-8. */
  INVALID_DATA: 1007,
  /** A frame is longer than `welcome.max_frame_bytes`. */
  TOO_BIG: 1009,
  /** The server shuts down. Connect again after `goodbye.retry_after_ms`. */
  SHUTDOWN: 1012,
  /** The client read too slowly for what it had to get. Connect again, with positions. */
  RESYNC: 4000,
  /** The same device opened another connection. Do not connect again by yourself. */
  REPLACED: 4001,
  /** The token expired and was not refreshed. Connect again with a fresh one. */
  TOKEN_EXPIRED: 4002,
  /** The user or the token was revoked. Connect again only with another token. */
  REVOKED: 4003,
  /** The client broke this protocol: no `hello` within 10 s, a command without an id, a flood. A defect of the client. */
  PROTOCOL: 4004,
  /** The `hello` was refused; its `failed` reply says why, and when to retry. */
  REFUSED: 4005,
} as const;
