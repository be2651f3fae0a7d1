import { type Participant, type Room, Track } from 'livekit-client';
import { type LinkReport, report, type TrackName, WINDOW } from '../statistics/linkReport';
import { type LinkSample, type Stat, takeSample } from '../statistics/linkSample';
import { displayName, QUALITY } from './people';

/** After a longer break, as when somebody closed the panel and came back, the figures start anew. */
const FORGET_MS = 5_000;

/** Reads the statistics of a room's media connections, and remembers a few looks to tell what changes. */
export class LinkProbe {
  readonly #room: Room;
  #samples: readonly LinkSample[] = [];

  constructor(room: Room) {
    this.#room = room;
  }

  async read(): Promise<LinkReport> {
    const stats = await this.#readStats();
    const sample = takeSample(stats, performance.now());
    const last = this.#samples.at(-1);
    const goesOn = last !== undefined && sample.atMs - last.atMs < FORGET_MS;
    this.#samples = [...(goesOn ? this.#samples : []), sample].slice(-WINDOW);
    const names = nameTracks(this.#room);
    const quality = QUALITY[this.#room.localParticipant.connectionQuality];
    return report(this.#samples, { quality, nameOf: (track) => names.get(track) });
  }

  async #readStats(): Promise<readonly Stat[]> {
    // One report of the whole connection, rather than one per track: a hundred tracks would be a hundred reports.
    const { publisher, subscriber } = this.#room.engine.pcManager ?? {};
    const reports = await Promise.all([publisher?.getStats(), subscriber?.getStats()]);
    const stats: Stat[] = [];
    for (const one of reports) one?.forEach((stat: Stat) => stats.push(stat));
    return stats;
  }
}

const SOURCES: Partial<Record<Track.Source, TrackName['source']>> = {
  [Track.Source.Camera]: 'camera',
  [Track.Source.Microphone]: 'microphone',
  [Track.Source.ScreenShare]: 'screen',
  [Track.Source.ScreenShareAudio]: 'screen sound',
};

function nameTracks(room: Room): ReadonlyMap<string, TrackName> {
  const names = new Map<string, TrackName>();
  const add = (participant: Participant, person: string | null): void => {
    for (const { track, source } of participant.trackPublications.values()) {
      const known = SOURCES[source];
      if (track !== undefined && known !== undefined) names.set(track.mediaStreamTrack.id, { person, source: known });
    }
  };
  add(room.localParticipant, null);
  for (const participant of room.remoteParticipants.values()) add(participant, displayName(participant));
  return names;
}
