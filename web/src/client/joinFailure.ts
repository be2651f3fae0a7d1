/** Why a person is not in the meeting: one table holds what happened and what to do about it. */

export type JoinFailureKind =
  | 'server_unreachable'
  | 'room_full'
  | 'token_refused'
  | 'room_missing'
  | 'invitation_needed'
  | 'request_refused'
  | 'media_blocked'
  | 'unsupported_browser'
  | 'unexpected';

export interface JoinAdvice {
  readonly title: string;
  readonly hint: string;
  /** True when trying the same thing again may work. */
  readonly retryable: boolean;
}

const ADVICE: Record<JoinFailureKind, JoinAdvice> = {
  server_unreachable: {
    title: 'The server does not answer',
    hint: 'Check your network connection. If it is fine, the server may be restarting: try again in a moment.',
    retryable: true,
  },
  room_full: {
    title: 'This meeting is full',
    hint: 'Ask the host for more places, or try again when somebody has left.',
    retryable: true,
  },
  token_refused: {
    title: 'This invitation is not valid',
    hint: 'It may have expired or belong to another meeting. Ask the person who invited you for a new link.',
    retryable: true,
  },
  room_missing: {
    title: 'There is no such meeting',
    hint: 'It may be over, or the link may have a typing error. Check it with the person who invited you.',
    retryable: true,
  },
  invitation_needed: {
    title: 'You need an invitation link',
    hint: 'Meetings on this server open from a personal link. Ask the person who invited you to send you yours.',
    retryable: false,
  },
  request_refused: {
    title: 'The server refused the request',
    hint: 'Check the meeting name and your own name, then try again.',
    retryable: true,
  },
  media_blocked: {
    title: 'Audio and video cannot get through',
    hint: 'The server was reached, but the media path was not. A firewall or VPN may block it: try another network.',
    retryable: true,
  },
  unsupported_browser: {
    title: 'This browser cannot make calls',
    hint: 'Use a current version of Chrome, Edge, Firefox or Safari.',
    retryable: false,
  },
  unexpected: {
    title: 'Joining did not work',
    hint: 'Try again. If it keeps happening, reload the page.',
    retryable: true,
  },
};

export class JoinFailure extends Error {
  readonly kind: JoinFailureKind;
  readonly advice: JoinAdvice;

  /** `detail` replaces the hint when the server gave a better one. */
  constructor(kind: JoinFailureKind, detail?: Partial<JoinAdvice>, cause?: unknown) {
    const advice = { ...ADVICE[kind], ...detail };
    super(advice.title, { cause });
    this.name = 'JoinFailure';
    this.kind = kind;
    this.advice = advice;
  }
}

export function asJoinFailure(error: unknown): JoinFailure {
  return error instanceof JoinFailure ? error : new JoinFailure('unexpected', undefined, error);
}
