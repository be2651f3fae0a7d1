export { CommandError, type FailureCode } from './connection/commandError';
export { type CommandStorage, storedCommands } from './connection/commandStorage';
export { Connection } from './connection/connection';
export type { ConnectionOptions } from './connection/connectionOptions';
export type { CloseReason, ConnectionState } from './connection/connectionState';
export type { Restored, SendOptions } from './connection/dispatch';
export type { EventOf, EventType } from './connection/eventHub';
export type { KeyValueStorage } from './connection/keyValueStorage';
export type { CommandOf, CommandType, Draft, ReplyOf } from './connection/replyOf';
export type { OpenSocket, SocketLike } from './connection/socketLike';
export { Chat, type Signal } from './conversations/chat';
export type { ChatMessage } from './conversations/chatMessage';
export { Chats } from './conversations/chats';
export type { OwnMessage, Writing } from './conversations/outgoing';
export type { Pages } from './conversations/pages';
export type { Notice, Timeline } from './conversations/timeline';
/** The messages of the wire, as `wire.Conversation`. */
export type * as wire from './protocol';
export { type ReadableStore, Store } from './stores/store';
