import { type ReactElement, useEffect } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { Notice } from '../../client/meeting/meetingState';
import { Icon } from '../icons';
import { useSelected } from '../useSelected';

const SHOW_MS = { info: 4_500, problem: 9_000 };

/** Short news: seen for a few seconds, and read out by screen readers. */
export function Notices({ meeting }: { meeting: Meeting }): ReactElement {
  const notices = useSelected(meeting.store, (state) => state.notices);
  return (
    <div className="notices" role="log" aria-live="polite" aria-relevant="additions" aria-label="News">
      {notices.map((notice) => (
        <Toast key={notice.id} notice={notice} meeting={meeting} />
      ))}
    </div>
  );
}

function Toast({ notice, meeting }: { notice: Notice; meeting: Meeting }): ReactElement {
  const { id, tone, text, hint } = notice;
  useEffect(() => {
    const timer = window.setTimeout(() => meeting.dismissNotice(id), SHOW_MS[tone]);
    return () => window.clearTimeout(timer);
  }, [meeting, id, tone]);
  return (
    <div className="toast" data-tone={tone}>
      {tone === 'problem' && <Icon name="warning" size={20} />}
      <div>
        <p>{text}</p>
        {hint !== null && <p className="toast-hint">{hint}</p>}
      </div>
      {tone === 'problem' && (
        <button type="button" className="toast-close" aria-label="Dismiss" onClick={() => meeting.dismissNotice(id)}>
          <Icon name="close" size={18} />
        </button>
      )}
    </div>
  );
}
