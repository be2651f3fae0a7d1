import { type ReactElement, useEffect, useRef } from 'react';
import type { MediaHandle, Person } from '../../client/meeting/meetingState';

/** Plays everybody's sounds, apart from the tiles: a voice must not stop when its tile leaves the page. */
export function Sounds({ people }: { people: readonly Person[] }): ReactElement {
  return (
    <div hidden>
      {people.flatMap((person) =>
        person.sounds.map((sound, index) => <Sound key={`${person.identity}:${index}`} sound={sound} />),
      )}
    </div>
  );
}

function Sound({ sound }: { sound: MediaHandle }): ReactElement {
  const ref = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    sound.attach(element);
    return () => void sound.detach(element);
  }, [sound]);
  return <audio ref={ref} autoPlay />;
}
