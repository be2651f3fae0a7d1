/** Why a camera, a microphone or a screen share did not start, in words a person can act upon. */

export type MediaKind = 'microphone' | 'camera' | 'screen';

export type MediaFailureKind = 'denied' | 'not_found' | 'in_use' | 'insecure' | 'unsupported' | 'unknown';

export interface MediaFailure {
  readonly device: MediaKind;
  readonly kind: MediaFailureKind;
  readonly title: string;
  readonly hint: string;
}

const KIND_BY_ERROR_NAME: Record<string, MediaFailureKind> = {
  NotAllowedError: 'denied',
  PermissionDeniedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'not_found',
  DevicesNotFoundError: 'not_found',
  OverconstrainedError: 'not_found',
  NotReadableError: 'in_use',
  AbortError: 'in_use',
  TrackInvalidError: 'in_use',
  NotSupportedError: 'unsupported',
  DeviceUnsupportedError: 'unsupported',
};

const WORDS: Record<MediaFailureKind, (device: MediaKind) => { title: string; hint: string }> = {
  denied: (device) =>
    device === 'screen'
      ? { title: 'Nothing is shared', hint: 'Choose a screen, a window or a tab to share it.' }
      : {
          title: `No permission for your ${device}`,
          hint: `Allow the ${device} for this site: use the icon beside the address bar, then try again.`,
        },
  not_found: (device) => ({
    title: `No ${device} found`,
    hint: `Connect one, or go on without: the others will ${device === 'camera' ? 'see your name' : 'not hear you'}.`,
  }),
  in_use: (device) => ({
    title: `The ${device} does not start`,
    hint: 'Another program may be using it. Close that program, then try again.',
  }),
  insecure: () => ({
    title: 'Camera and microphone need a secure page',
    hint: 'Open this page with https://, or through http://localhost on this machine. You can still join to watch.',
  }),
  unsupported: (device) => ({
    title: `This browser cannot use the ${device}`,
    hint: 'Use a current version of Chrome, Edge, Firefox or Safari.',
  }),
  unknown: (device) => ({ title: `The ${device} does not start`, hint: 'Unplug it and connect it again, then try once more.' }),
};

export function mediaFailure(device: MediaKind, kind: MediaFailureKind): MediaFailure {
  return { device, kind, ...WORDS[kind](device) };
}

export function classifyMediaError(device: MediaKind, error: unknown): MediaFailure {
  const name = error instanceof Error ? error.name : '';
  return mediaFailure(device, KIND_BY_ERROR_NAME[name] ?? 'unknown');
}
