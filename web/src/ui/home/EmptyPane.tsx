import type { ReactElement } from 'react';
import { Mark } from '../Brand';
import { Icon } from '../icons';

export interface EmptyPaneProps {
  onNewMeeting: () => void;
  onPeople: () => void;
}

export function EmptyPane({ onNewMeeting, onPeople }: EmptyPaneProps): ReactElement {
  return (
    <div className="empty-pane">
      <Mark size={72} />
      <h1>What is cooking?</h1>
      <p>Choose a conversation, find somebody, or open a meeting that others join by a link.</p>
      <div className="row">
        <button type="button" className="button primary" onClick={onPeople}>
          <Icon name="people" size={20} /> Find people
        </button>
        <button type="button" className="button" onClick={onNewMeeting}>
          <Icon name="camera" size={20} /> New meeting
        </button>
      </div>
    </div>
  );
}
