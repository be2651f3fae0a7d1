import { memo, type ReactElement, useEffect, useRef } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { MediaHandle } from '../../client/meeting/meetingState';
import { useSelected } from '../useSelected';

/** Plays everybody's sounds, apart from the tiles: a voice must not stop when its tile leaves the page. */
export function Sounds({ meeting }: { meeting: Pick<Meeting, 'store'> }): ReactElement {
  const people = useSelected(meeting.store, (state) => state.people);
  return (
    <div hidden>
      {people.map(({ identity, sounds }) => (
        <Voice key={identity} sounds={sounds} />
      ))}
    </div>
  );
}

const Voice = memo(function DrawVoice({ sounds }: { sounds: readonly MediaHandle[] }): ReactElement {
  return (
    <>
      {sounds.map((sound, index) => (
        <Sound key={index} sound={sound} />
      ))}
    </>
  );
});

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
