import type { ReactElement } from 'react';
import type { CardView } from '../../client/home/cards';

/** What a machine wrote: a heading and its values, as text. */
export function DataCard({ card }: { card: CardView }): ReactElement {
  const { heading, rows, more } = card;
  return (
    <div className="data-card" data-testid="data-card">
      <h3 dir="auto">{heading}</h3>
      {rows.length > 0 && (
        <dl>
          {rows.map(({ name, value }, at) => (
            <div key={`${name} ${at}`} className="data-row" data-named={name !== ''}>
              <dt className={name === '' ? 'visually-hidden' : ''} dir="auto">
                {name === '' ? 'Value' : name}
              </dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {more > 0 && <p className="data-more">and {more} more</p>}
    </div>
  );
}
