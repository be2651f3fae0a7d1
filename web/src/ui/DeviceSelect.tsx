import { type ReactElement, useId } from 'react';
import type { Device } from '../client/lobby/devices';
import { Icon, type IconName } from './icons';

export interface DeviceSelectProps {
  icon: IconName;
  label: string;
  devices: readonly Device[];
  selected: string | null;
  onSelect: (id: string) => void;
}

/** A labelled device menu; nothing at all while there is nothing to choose. */
export function DeviceSelect({ icon, label, devices, selected, onSelect }: DeviceSelectProps): ReactElement | null {
  const id = useId();
  if (devices.length === 0) return null;
  const known = devices.some((device) => device.id === selected);
  return (
    <div className="device-select">
      <Icon name={icon} size={18} />
      <label className="visually-hidden" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        value={known && selected !== null ? selected : devices[0]?.id}
        onChange={(event) => onSelect(event.target.value)}
      >
        {devices.map((device) => (
          <option key={device.id} value={device.id}>
            {device.label}
          </option>
        ))}
      </select>
    </div>
  );
}
