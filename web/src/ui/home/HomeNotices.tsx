import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import { Icon } from '../icons';
import { useSelected } from '../useSelected';

export function HomeNotices({ home }: { home: Home }): ReactElement {
  const notices = useSelected(home.store, (state) => state.notices);
  return (
    <div className="notices" role="status">
      {notices.map(({ id, tone, text, hint }) => (
        <div key={id} className="toast" data-tone={tone}>
          <div>
            <p>{text}</p>
            {hint !== null && <p className="toast-hint">{hint}</p>}
          </div>
          <button type="button" className="toast-close" aria-label="Dismiss" onClick={() => home.dismissNotice(id)}>
            <Icon name="close" size={18} />
          </button>
        </div>
      ))}
    </div>
  );
}
