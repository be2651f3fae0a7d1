import type { Meeting } from '../meeting/meeting';
import type { PreferenceStore } from '../memory/preferences';
import { StageModel } from './stageModel';

export function createStage(
  meeting: Pick<Meeting, 'store'>,
  preferences: Pick<PreferenceStore, 'get'>,
  pairs: boolean,
): StageModel {
  return new StageModel({
    pairs,
    people: () => meeting.store.get().people,
    preferences: () => preferences.get(),
    nowMs: () => performance.now(),
  });
}

/** Keeps a stage up to date until the returned function is called, and tells the meeting what stands large. */
export function runStage(stage: StageModel, meeting: Meeting, preferences: PreferenceStore): () => void {
  let timer: number | undefined;
  let people = meeting.store.get().people;
  const look = (): void => {
    window.clearTimeout(timer);
    stage.update();
    const next = stage.nextUpdateMs;
    if (next !== null) timer = window.setTimeout(look, Math.max(0, next - performance.now()));
  };
  const ends = [
    meeting.store.subscribe(() => {
      if (meeting.store.get().people === people) return;
      people = meeting.store.get().people;
      look();
    }),
    preferences.subscribe(look),
    stage.store.subscribe(() => meeting.favour(stage.store.get().spotlight)),
    () => window.clearTimeout(timer),
  ];
  look();
  return () => ends.forEach((end) => end());
}
