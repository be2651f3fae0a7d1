import type { AnyCommand, ReplyByCommand } from '../protocol';

export type CommandType = AnyCommand['type'];

/** The command of a type, as it goes over the wire. */
export type CommandOf<T extends CommandType> = Extract<AnyCommand, { readonly type: T }>;

/** A command as it is handed in: the id is chosen by the connection unless it is given. */
export type Draft<T extends CommandType> = Omit<CommandOf<T>, 'id' | 'type'> & { readonly type: T; readonly id?: string };

/** What the server answers to a command that it does not refuse. */
export type ReplyOf<T extends CommandType> = ReplyByCommand[T];
