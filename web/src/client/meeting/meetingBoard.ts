import type { Chat } from '@tureen/client';
import { classifyMediaError, mediaFailure, type MediaKind } from '../mediaFailure';
import { Store } from '../store';
import { type MeetingEvent, reduceMeeting } from './meetingReducer';
import { INITIAL_MEETING, type MeetingState, type Panel } from './meetingState';

/** Something that is done with the conversation of a meeting. */
export type ChatWork = (chat: Chat) => Promise<void>;

/** What every meeting does in the same way, whatever carries it: its state, its panels, its notices. */
export abstract class MeetingBoard {
  readonly store: Store<MeetingState>;

  protected constructor(part: Partial<MeetingState> = {}) {
    this.store = new Store<MeetingState>({ ...INITIAL_MEETING, ...part });
  }

  togglePanel(panel: Exclude<Panel, 'none'>): void {
    this.dispatch({ kind: 'panel_toggled', panel });
  }

  openPanel(panel: Exclude<Panel, 'none'>): void {
    this.dispatch({ kind: 'panel_opened', panel });
  }

  closePanel(): void {
    this.dispatch({ kind: 'panel_closed' });
  }

  dismissNotice(id: number): void {
    this.dispatch({ kind: 'notice_dismissed', id });
  }

  notify(text: string): void {
    this.dispatch({ kind: 'noticed', tone: 'info', text });
  }

  react(id: string, label: string, on: boolean): void {
    this.changeChat((chat) => chat.react(id, label, on)).catch((error: unknown) => this.explain(error, 'It was not sent.'));
  }

  editMessage(id: string, text: string): void {
    const edit = async (chat: Chat): Promise<void> => {
      const message = chat.timeline.get().messages.find((one) => one.id === id);
      if (message !== undefined) await chat.edit(message, text);
    };
    this.changeChat(edit).catch((error: unknown) => this.explain(error, 'It was not changed.'));
  }

  deleteMessage(id: string): void {
    this.changeChat((chat) => chat.delete(id)).catch((error: unknown) => this.explain(error, 'It was not deleted.'));
  }

  renewFiles(message: string): Promise<void> {
    return this.changeChat((chat) => chat.pages.renewFiles(message));
  }

  /** Does nothing while there is no conversation. */
  protected abstract changeChat(work: ChatWork): Promise<void>;

  /** Says why something was not done. */
  protected explain(error: unknown, otherwise: string): void {
    this.dispatch({ kind: 'noticed', tone: 'problem', text: error instanceof Error ? error.message : otherwise });
  }

  protected readonly dispatch = (event: MeetingEvent): void => this.store.update((state) => reduceMeeting(state, event));

  /** Does one thing with a device at a time: what is pressed meanwhile does nothing. */
  protected async attempt(control: MediaKind, act: () => Promise<unknown>): Promise<void> {
    if (this.store.get().busy.includes(control)) return;
    this.dispatch({ kind: 'control_busy', control, busy: true });
    try {
      await act();
    } catch (error) {
      const failure = window.isSecureContext ? classifyMediaError(control, error) : mediaFailure(control, 'insecure');
      const cancelledPicker = control === 'screen' && failure.kind === 'denied';
      if (!cancelledPicker) this.dispatch({ kind: 'noticed', tone: 'problem', text: failure.title, hint: failure.hint });
    } finally {
      this.dispatch({ kind: 'control_busy', control, busy: false });
      this.handleAttempted();
    }
  }

  /** A device was switched, or could not be. */
  protected handleAttempted(): void {
    // Not every meeting has more to do then.
  }
}
