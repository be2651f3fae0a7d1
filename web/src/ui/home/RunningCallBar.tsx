import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import { Icon } from '../icons';
import { useSelected } from '../useSelected';
import { insideWords, joinWords } from './words';

/** Of a call that goes on in the open conversation without this page: how to come in. */
export function RunningCallBar({ home }: { home: Home }): ReactElement | null {
  const call = useSelected(home.store, ({ running, open }) => running.find(({ conversation }) => conversation === open?.row.id));
  if (call === undefined) return null;
  return (
    <div className="running-call" data-testid="running-call">
      <Icon name={call.media === 'video' ? 'camera' : 'phone'} size={20} />
      <p className="row-text" role="status">
        <strong>Call in progress</strong>
        <span className="row-last" dir="auto">
          {insideWords(call)}
          {call.leaves !== null && ` · You are in the call with ${call.leaves}`}
        </span>
      </p>
      <button type="button" className="button" data-testid="join-call" onClick={() => void home.calls.join(call.id, call.media)}>
        {joinWords(call)}
      </button>
    </div>
  );
}
