import type { ReactElement } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { PreferenceStore } from '../../client/memory/preferences';
import type { LinkReport, StreamReport } from '../../client/statistics/linkReport';
import { bitrate, explain, judge, milliseconds, percent, VERDICT_WORDS } from '../../client/statistics/linkWords';
import { Icon } from '../icons';
import { SaverSwitch } from '../SaverSwitch';
import { PanelFrame } from './PanelFrame';
import { useLink } from './useLink';

export interface StatisticsPanelProps {
  meeting: Meeting;
  preferences: PreferenceStore;
}

/** How the connection is: in words first, in numbers below. */
export function StatisticsPanel({ meeting, preferences }: StatisticsPanelProps): ReactElement {
  const report = useLink(meeting);
  return (
    <PanelFrame title="Connection" onClose={() => meeting.closePanel()}>
      <div className="statistics" tabIndex={0} role="region" aria-label="Connection statistics">
        <Verdict report={report} />
        <SaverSwitch preferences={preferences} />
        {report !== null && <Figures report={report} />}
      </div>
    </PanelFrame>
  );
}

function Verdict({ report }: { report: LinkReport | null }): ReactElement {
  const verdict = report === null ? 'measuring' : judge(report);
  return (
    <section className="verdict" data-verdict={verdict} data-testid="verdict">
      <Icon name={ICONS[verdict]} size={26} />
      <div aria-live="polite">
        <h3>{VERDICT_WORDS[verdict]}</h3>
        {report !== null && explain(report).map((sentence) => <p key={sentence}>{sentence}</p>)}
      </div>
    </section>
  );
}

const ICONS = { good: 'check', fair: 'weak', poor: 'warning', broken: 'warning', measuring: 'weak' } as const;

function Figures({ report }: { report: LinkReport }): ReactElement {
  const { up, down, roundTripMs, protocol, cipher, streams } = report;
  const rows = [
    ['Bitrate', bitrate(up.bitsPerSecond), bitrate(down.bitsPerSecond)],
    ['Packets lost', percent(up.lostShare), percent(down.lostShare)],
    ['Jitter', milliseconds(up.jitterMs), milliseconds(down.jitterMs)],
  ] as const;
  return (
    <>
      <table className="figures" data-testid="figures">
        <caption>The whole connection</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">You send</th>
            <th scope="col">You receive</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([what, sent, received]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>{sent}</td>
              <td>{received}</td>
            </tr>
          ))}
          {([['Round trip', milliseconds(roundTripMs)], ['Transport', protocol?.toUpperCase() ?? '–'], ['Encryption', cipherName(cipher)]] as const).map(([what, value]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td colSpan={2}>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Streams caption="What you send" streams={streams.filter(({ direction }) => direction === 'up')} />
      <Streams caption="What you receive" streams={streams.filter(({ direction }) => direction === 'down')} />
    </>
  );
}

function Streams({ caption, streams }: { caption: string; streams: readonly StreamReport[] }): ReactElement | null {
  if (streams.length === 0) return null;
  return (
    <table className="figures" data-testid="streams">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Track</th>
          <th scope="col">Picture</th>
          <th scope="col">Bitrate</th>
          <th scope="col">Lost</th>
        </tr>
      </thead>
      <tbody>
        {[...streams].sort(byName).map((stream) => (
          <tr key={stream.id}>
            <th scope="row">
              <bdi>{nameOf(stream)}</bdi>
              {stream.codec !== null && <span className="figures-more">{stream.codec}</span>}
            </th>
            <td>
              {stream.size ?? '–'}
              {stream.size !== null && stream.framesPerSecond !== null && (
                <span className="figures-more">{Math.round(stream.framesPerSecond)} per second</span>
              )}
            </td>
            <td>{bitrate(stream.bitsPerSecond)}</td>
            <td>{percent(stream.lostShare)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function nameOf({ name: { person, source } }: StreamReport): string {
  return person === null ? source.replace(/^./u, (letter) => letter.toUpperCase()) : `${person}, ${source}`;
}

function byName(one: StreamReport, other: StreamReport): number {
  return nameOf(one).localeCompare(nameOf(other)) || other.bitsPerSecond - one.bitsPerSecond;
}

/** `SRTP_AEAD_AES_128_GCM` as people write it. */
function cipherName(cipher: string | null): string {
  if (cipher === null) return '–';
  return `${cipher.replace(/^SRTP_/u, '').replace(/^AEAD_/u, '').replaceAll('_', '-')} (SRTP)`;
}
