import type { ReactElement } from 'react';
import { glaze, initials } from './avatar';

export function Avatar({ identity, name }: { identity: string; name: string }): ReactElement {
  return (
    <span className="avatar" style={{ backgroundColor: glaze(identity) }} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
