import type { Room } from 'livekit-client';
import { supportsAudioOutputSelection } from 'livekit-client';
import { type DeviceLists, listDevices } from '../lobby/devices';
import { classifyMediaError } from '../mediaFailure';
import type { PreferenceStore } from '../memory/preferences';
import type { LinkReport } from '../statistics/linkReport';
import { BandwidthSaver } from './bandwidthSaver';
import { ChatLog } from './chatLog';
import { MAX_MESSAGE_CHARS } from './chatStream';
import { connectInTime } from './connectInTime';
import { LinkProbe } from './linkProbe';
import type { Meeting, SwitchableDevice } from './meeting';
import { type ChatWork, MeetingBoard } from './meetingBoard';
import type { OpeningTracks } from './openingTracks';
import type { RoomChat } from './roomChat';
import { followRoom, publishPeople } from './roomEvents';
import { holdBackUnseen } from './unseenPictures';

/** What must outlive the page, told as it happens. */
export interface SessionListener {
  /** Which devices the person has on, after each switch. */
  readonly onDevices: (devices: { readonly microphoneOn: boolean; readonly cameraOn: boolean }) => void;
  /** The person chose to leave; a page that is closed or reloaded disconnects without this. */
  readonly onLeave: () => void;
}

export interface Entry {
  readonly token: string;
  readonly name: string;
  /** Called once the room is open: until then the lobby keeps its tracks. */
  readonly bring: () => OpeningTracks;
}

/** One stay in one room: wires a LiveKit room to the page's state and the page's buttons to the room. */
export class MeetingSession extends MeetingBoard implements Meeting {
  readonly room: string;
  readonly #livekit: Room;
  readonly #preferences: PreferenceStore;
  readonly #listener: SessionListener;
  readonly #probe: LinkProbe;
  readonly #saver: BandwidthSaver;
  readonly #chat: ChatLog;

  constructor(room: string, media: { livekit: Room; chat: RoomChat }, preferences: PreferenceStore, listener: SessionListener) {
    super();
    const { livekit, chat } = media;
    this.room = room;
    this.#livekit = livekit;
    this.#preferences = preferences;
    this.#listener = listener;
    this.#probe = new LinkProbe(livekit);
    this.#saver = new BandwidthSaver(livekit, preferences);
    holdBackUnseen(livekit);
    followRoom(livekit, this.dispatch);
    this.#chat = new ChatLog(livekit, chat, this.dispatch);
  }

  /** Enters the room, then publishes what the person brings. Fails with a `JoinFailure`; nothing is taken then. */
  async join(url: string, entry: Entry): Promise<void> {
    await connectInTime(this.#livekit, url, entry.token);
    const me = this.#livekit.localParticipant;
    // A token without a name: the server takes the typed one if the token allows it, else the identity is shown.
    if (me.name === undefined || me.name === '') me.setName(entry.name).catch(() => undefined);
    publishPeople(this.#livekit, this.dispatch);
    this.dispatch({ kind: 'sound_blocked', blocked: !this.#livekit.canPlaybackAudio });
    // The meeting does not wait for its chat.
    this.#chat.open(this.room).catch(() => this.notify('The chat cannot be reached just now'));
    const publishing = entry.bring().publish(me, this.store.get().rights);
    for (const [device, published] of publishing) void this.attempt(device, () => published);
  }

  toggleMicrophone(): void {
    const me = this.#livekit.localParticipant;
    void this.attempt('microphone', () => me.setMicrophoneEnabled(!me.isMicrophoneEnabled));
  }

  toggleCamera(): void {
    const me = this.#livekit.localParticipant;
    void this.attempt('camera', () => me.setCameraEnabled(!me.isCameraEnabled));
  }

  toggleScreen(): void {
    const me = this.#livekit.localParticipant;
    const options = { audio: true, selfBrowserSurface: 'exclude', surfaceSwitching: 'include' } as const;
    void this.attempt('screen', () => me.setScreenShareEnabled(!me.isScreenShareEnabled, options));
  }

  sendMessage(text: string, replyTo: string | null): boolean {
    const trimmed = text.trim().slice(0, MAX_MESSAGE_CHARS);
    const hasFiles = (this.#chat.files.get()?.store.get().length ?? 0) > 0;
    if (trimmed === '' && !hasFiles) return false;
    this.#chat.send(trimmed, replyTo);
    return true;
  }

  get files(): Meeting['files'] {
    return this.#chat.files;
  }

  resendMessage(id: string): void {
    this.#chat.resend(id);
  }

  unblockSound(): void {
    this.#livekit.startAudio().catch(() => undefined); // the event tells the page whether it worked
  }

  rename(name: string): void {
    this.#preferences.change({ name });
    this.#livekit.localParticipant.setName(name).then(
      () => this.notify(`The others see you as ${name}`),
      () => this.dispatch({ kind: 'noticed', tone: 'problem', text: 'Your name was not changed', hint: 'Try again in a moment.' }),
    );
  }

  listDevices(): Promise<DeviceLists> {
    return listDevices(navigator.mediaDevices, supportsAudioOutputSelection());
  }

  switchDevice(device: SwitchableDevice, id: string): void {
    const { kind, preference, noun } = DEVICE_SWITCHES[device];
    this.#preferences.change({ [preference]: id });
    this.#livekit.switchActiveDevice(kind, id).catch((error: unknown) => {
      const hint = classifyMediaError(device === 'camera' ? 'camera' : 'microphone', error).hint;
      this.dispatch({ kind: 'noticed', tone: 'problem', text: `The ${noun} could not be switched`, hint });
    });
  }

  favour(tile: string | null): void {
    this.#saver.favour(tile);
  }

  readLink(): Promise<LinkReport> {
    return this.#probe.read();
  }

  leave(): void {
    this.#listener.onLeave();
    this.#chat.end();
    void this.#livekit.disconnect();
  }

  protected override changeChat(work: ChatWork): Promise<void> {
    return this.#chat.change(work);
  }

  protected override handleAttempted(): void {
    publishPeople(this.#livekit, this.dispatch);
    const { isMicrophoneEnabled, isCameraEnabled } = this.#livekit.localParticipant;
    this.#listener.onDevices({ microphoneOn: isMicrophoneEnabled, cameraOn: isCameraEnabled });
  }
}

const DEVICE_SWITCHES = {
  microphone: { kind: 'audioinput', preference: 'microphoneId', noun: 'microphone' },
  camera: { kind: 'videoinput', preference: 'cameraId', noun: 'camera' },
  speaker: { kind: 'audiooutput', preference: 'speakerId', noun: 'speaker' },
} as const;
