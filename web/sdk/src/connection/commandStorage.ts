import type { MessageSend } from '../protocol';
import type { KeyValueStorage } from './keyValueStorage';

/** Where messages that wait to be sent outlive the page. */
export interface CommandStorage {
  /** Whose they are: they are sent as nobody else. */
  readonly user: string;
  load(): Promise<readonly MessageSend[]>;
  save(commands: readonly MessageSend[]): Promise<void>;
}

/**
 * Keeps them in a key-value storage, under the user's name.
 * What cannot be read is dropped; what cannot be saved is still sent while the page lives.
 */
export function storedCommands(storage: KeyValueStorage, user: string): CommandStorage {
  const key = `tureen.outbox.${user}`;
  return {
    user,
    load: () => Promise.resolve(readCommandsUntrusted(storage, key)),
    save: (commands) => {
      try {
        if (commands.length === 0) storage.removeItem(key);
        else storage.setItem(key, JSON.stringify(commands));
      } catch {
        // The storage is full or forbidden.
      }
      return Promise.resolve();
    },
  };
}

function readCommandsUntrusted(storage: KeyValueStorage, key: string): MessageSend[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(key) ?? '[]');
    return Array.isArray(value) ? value.filter(isMessageSend) : [];
  } catch {
    return [];
  }
}

function isMessageSend(value: unknown): value is MessageSend {
  if (typeof value !== 'object' || value === null) return false;
  const { type, id, conversation } = value as Record<string, unknown>;
  return type === 'message.send' && typeof id === 'string' && typeof conversation === 'string';
}
