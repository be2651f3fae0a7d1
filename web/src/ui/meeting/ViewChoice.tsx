import type { ReactElement } from 'react';
import type { PreferenceStore, View } from '../../client/memory/preferences';
import { useSelected } from '../useSelected';

const VIEWS: readonly (readonly [View, string])[] = [
  ['auto', 'Auto'],
  ['grid', 'Grid'],
  ['speaker', 'Speaker'],
];

/** How people are shown while nobody is pinned and no screen is shared. */
export function ViewChoice({ preferences }: { preferences: PreferenceStore }): ReactElement {
  const view = useSelected(preferences, (now) => now.view);
  return (
    <fieldset className="choice">
      <legend className="visually-hidden">View</legend>
      {VIEWS.map(([value, label]) => (
        <label key={value} data-checked={view === value}>
          <input type="radio" name="view" value={value} checked={view === value} onChange={() => preferences.change({ view: value })} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
