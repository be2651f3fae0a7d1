import type { PersonView } from './homeState';

export type CallMedia = 'audio' | 'video';
export type CallOutcome = 'answered' | 'missed' | 'rejected' | 'cancelled' | 'unanswered';

/** A call of the past. */
export interface CallRow {
  readonly id: string;
  /** Where it left its trace, if not between two. */
  readonly conversation: string | null;
  /** The name of the group that it was of. */
  readonly group: string | null;
  readonly people: readonly PersonView[];
  readonly isOutgoing: boolean;
  readonly media: CallMedia;
  readonly outcome: CallOutcome;
  readonly atMs: number;
  readonly lastedMs: number | null;
}

/** A call that rings here. */
export interface RingingCall {
  readonly id: string;
  readonly caller: PersonView;
  readonly others: readonly PersonView[];
  /** The name of the group that it is of. */
  readonly group: string | null;
  readonly media: CallMedia;
  /** Whom one talks with now, and not any more after answering; null: nobody. */
  readonly leaves: string | null;
}

/** A call that goes on without this page, and that one can come into. */
export interface RunningCall {
  readonly id: string;
  /** Where it is shown; null: in the list of calls alone. */
  readonly conversation: string | null;
  readonly title: string;
  /** The others who are in it now. */
  readonly inside: readonly PersonView[];
  readonly media: CallMedia;
  readonly isOnOtherDevice: boolean;
  /** Whom one talks with now, and not any more after joining; null: nobody. */
  readonly leaves: string | null;
}
