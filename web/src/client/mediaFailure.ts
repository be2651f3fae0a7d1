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

type Subject = MediaKind | 'camera or microphone';

const WITHOUT: Record<Subject, string> = {
  microphone: 'Without it the others do not hear you.',
  camera: 'Without it the others see your name.',
  screen: '',
  'camera or microphone': 'You can join without: you see and hear the others, and can write to them.',
};

const WORDS: Record<MediaFailureKind, (device: Subject) => { title: string; hint: string }> = {
  denied: (device) =>
    device === 'screen'
      ? { title: 'Nothing is shared', hint: 'Choose a screen, a window or a tab to share it.' }
      : {
          title: `No permission for your ${device}`,
          hint: `Allow it for this site with the icon beside the address bar, then turn it on. ${WITHOUT[device]}`,
        },
  not_found: (device) => ({ title: `No ${device} found`, hint: `Connect one, or go on without. ${WITHOUT[device]}` }),
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

/** What is wrong with the devices, said once: two that fail for the same reason are one fact to the person. */
export function summarizeFailures(failures: readonly MediaFailure[]): readonly Pick<MediaFailure, 'title' | 'hint'>[] {
  const [first, second] = failures;
  if (first === undefined || second?.kind !== first.kind) return failures;
  return [WORDS[first.kind]('camera or microphone')];
}

export function classifyMediaError(device: MediaKind, error: unknown): MediaFailure {
  const name = error instanceof Error ? error.name : '';
  return mediaFailure(device, KIND_BY_ERROR_NAME[name] ?? 'unknown');
}
