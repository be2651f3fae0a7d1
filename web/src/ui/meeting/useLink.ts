import { useEffect, useState } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { LinkReport } from '../../client/statistics/linkReport';

const PERIOD_MS = 1_000;

/** The state of the connection, read again every second for as long as somebody looks; null before the first reading. */
export function useLink(meeting: Pick<Meeting, 'readLink'>): LinkReport | null {
  const [report, setReport] = useState<LinkReport | null>(null);
  useEffect(() => {
    let open = true;
    let timer: number | undefined;
    const look = async (): Promise<void> => {
      // A connection that is being rebuilt has nothing to read: the last figures stand for a moment.
      const next = await meeting.readLink().catch(() => null);
      if (!open) return;
      if (next !== null) setReport(next);
      timer = window.setTimeout(() => void look(), PERIOD_MS);
    };
    void look();
    return () => {
      open = false;
      window.clearTimeout(timer);
    };
  }, [meeting]);
  return report;
}
