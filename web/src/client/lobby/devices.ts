/** The lists behind the device menus. */

export interface Device {
  readonly id: string;
  readonly label: string;
}

export interface DeviceLists {
  readonly microphones: readonly Device[];
  readonly cameras: readonly Device[];
  /** Empty where the browser cannot choose a speaker. */
  readonly speakers: readonly Device[];
}

export const NO_DEVICES: DeviceLists = { microphones: [], cameras: [], speakers: [] };

const LISTS = [
  ['audioinput', 'microphones', 'Microphone'],
  ['videoinput', 'cameras', 'Camera'],
  ['audiooutput', 'speakers', 'Speaker'],
] as const;

export function groupDevices(found: readonly Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>[]): DeviceLists {
  const lists: Record<keyof DeviceLists, Device[]> = { microphones: [], cameras: [], speakers: [] };
  for (const [kind, list, noun] of LISTS) {
    // Before permission is given browsers list one entry with an empty id: there is nothing to choose yet.
    const known = found.filter((device) => device.kind === kind && device.deviceId !== '');
    lists[list] = known.map((device, index) => ({
      id: device.deviceId,
      label: device.label === '' ? `${noun} ${index + 1}` : device.label,
    }));
  }
  return lists;
}

export async function listDevices(media: MediaDevices | undefined, canChooseSpeaker: boolean): Promise<DeviceLists> {
  if (media === undefined) return NO_DEVICES;
  const lists = groupDevices(await media.enumerateDevices().catch(() => []));
  return canChooseSpeaker ? lists : { ...lists, speakers: [] };
}
