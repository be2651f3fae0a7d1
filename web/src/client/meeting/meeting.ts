import type { DeviceLists } from '../lobby/devices';
import type { ReadableStore } from '../store';
import type { LinkReport } from '../statistics/linkReport';
import type { FilesToSend } from './files';
import type { MeetingState, Panel } from './meetingState';

export type SwitchableDevice = 'microphone' | 'camera' | 'speaker';

/** A meeting as the page sees it: a state to draw and the things a person can do. */
export interface Meeting {
  readonly room: string;
  readonly store: ReadableStore<MeetingState>;
  toggleMicrophone(): void;
  toggleCamera(): void;
  toggleScreen(): void;
  /** Null while nothing can be sent. */
  readonly files: ReadableStore<FilesToSend | null>;
  /** With the files that are ready, as an answer to another message or to none. False: it was not taken, and whoever wrote it keeps it. */
  sendMessage(text: string, replyTo: string | null): boolean;
  /** Tries a message again that did not go out. */
  resendMessage(id: string): void;
  /** Puts a sign under a message, or takes it away. */
  react(id: string, label: string, on: boolean): void;
  /** Another text in place of one's own. */
  editMessage(id: string, text: string): void;
  /** For everybody. */
  deleteMessage(id: string): void;
  /** Fetches fresh addresses for the files of a message. */
  renewFiles(message: string): Promise<void>;
  togglePanel(panel: Exclude<Panel, 'none'>): void;
  openPanel(panel: Exclude<Panel, 'none'>): void;
  closePanel(): void;
  dismissNotice(id: number): void;
  notify(text: string): void;
  unblockSound(): void;
  rename(name: string): void;
  listDevices(): Promise<DeviceLists>;
  switchDevice(device: SwitchableDevice, id: string): void;
  /** Tells which tile stands large, by its key: its picture is worth the most. */
  favour(tile: string | null): void;
  /** A look at the media connection; meant for once per second while somebody reads it. */
  readLink(): Promise<LinkReport>;
  leave(): void;
}
