import type { ReactElement } from 'react';
import type { PreferenceStore, Theme } from '../client/memory/preferences';
import { useStore } from './useStore';

const THEMES: readonly (readonly [Theme, string])[] = [
  ['auto', 'Auto'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

export function ThemeChoice({ preferences }: { preferences: PreferenceStore }): ReactElement {
  const { theme } = useStore(preferences);
  return (
    <fieldset className="choice">
      <legend className="visually-hidden">Colours</legend>
      {THEMES.map(([value, label]) => (
        <label key={value} data-checked={theme === value}>
          <input
            type="radio"
            name="theme"
            value={value}
            checked={theme === value}
            onChange={() => preferences.change({ theme: value })}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
