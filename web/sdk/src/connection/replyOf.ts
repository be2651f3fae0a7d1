import type {
  AnyCommand,
  CallAnswered,
  CallPage,
  Contacts,
  ConversationAnswered,
  Conversations,
  Done,
  Events,
  Members,
  Messages,
  People,
  Presences,
  Sent,
  States,
  Ticket,
  Upload,
  Welcome,
} from '../protocol';

export type CommandType = AnyCommand['type'];

/** The command of a type, as it goes over the wire. */
export type CommandOf<T extends CommandType> = Extract<AnyCommand, { readonly type: T }>;

/** A command as it is handed in: the id is chosen by the connection unless it is given. */
export type Draft<T extends CommandType> = Omit<CommandOf<T>, 'id' | 'type'> & { readonly type: T; readonly id?: string };

/** What the server answers to a command that it does not refuse. */
export type ReplyOf<T extends CommandType> = Replies[T];

interface Replies {
  'hello': Welcome;
  'token.refresh': Done;
  'ping': Done;
  'people.get': People;
  'people.search': People;
  'presence.set': Done;
  'presence.watch': Presences;
  'presence.unwatch': Done;
  'contacts.list': Contacts;
  'contacts.add': Done;
  'contacts.remove': Done;
  'contacts.block': Done;
  'push.register': Done;
  'push.unregister': Done;
  'conversation.list': Conversations;
  'conversation.get': ConversationAnswered;
  'conversation.direct': ConversationAnswered;
  'conversation.room': ConversationAnswered;
  'conversation.create': ConversationAnswered;
  'conversation.update': ConversationAnswered;
  'conversation.members': Members;
  'conversation.add': ConversationAnswered;
  'conversation.remove': Done;
  'conversation.leave': Done;
  'conversation.role': Done;
  'conversation.mute': Done;
  'message.send': Sent;
  'message.edit': Sent;
  'message.delete': Sent;
  'message.react': Sent;
  'message.report': Done;
  'message.search': Messages;
  'history.get': Messages;
  'events.get': Events;
  'mark.delivered': Done;
  'mark.read': Done;
  'typing': Done;
  'signal.send': Done;
  'state.set': Done;
  'state.get': States;
  'upload.create': Upload;
  'call.start': CallAnswered;
  'call.delivered': Done;
  'call.ringing': Done;
  'call.accept': CallAnswered;
  'call.reject': Done;
  'call.hang_up': Done;
  'call.invite': CallAnswered;
  'call.join': CallAnswered;
  'call.connected': Done;
  'call.failed': Done;
  'call.move': CallAnswered;
  'call.signal': Done;
  'call.ticket': Ticket;
  'call.history': CallPage;
}
