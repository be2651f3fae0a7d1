import type { ReactElement } from 'react';

/** One drawing style for all: 24 px box, round strokes of 1.8, drawn in the text's own colour. */
const DRAWINGS = {
  microphone: 'M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M9 21h6',
  microphoneOff:
    'M9 9v2.5a3 3 0 0 0 4.6 2.5M15 10.5v-4a3 3 0 0 0-5.7-1.3M5.5 11.5a6.5 6.5 0 0 0 10.3 5.3M18.5 11.5a6.4 6.4 0 0 1-.6 2.7M12 18v3M9 21h6M4 3.5l16 17',
  camera: 'M3 8.5A2.5 2.5 0 0 1 5.5 6h7A2.5 2.5 0 0 1 15 8.5v7a2.5 2.5 0 0 1-2.5 2.5h-7A2.5 2.5 0 0 1 3 15.5zM15 11l6-3.5v9L15 13',
  cameraOff:
    'M5 6.3A2.5 2.5 0 0 0 3 8.7v6.8A2.5 2.5 0 0 0 5.5 18h7a2.5 2.5 0 0 0 2-1M9.5 6h3A2.5 2.5 0 0 1 15 8.500V11l6-3.500v9l-3-1.750M4 3.500l16 17',
  screen: 'M5 4.500h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2zM8.5 20h7M12 13.500V8M9.5 10.300L12 7.800l2.5 2.5',
  chat: 'M5.5 5h13A2.5 2.5 0 0 1 21 7.500v6.500a2.5 2.5 0 0 1-2.5 2.500H12l-4.5 3.700v-3.700h-2A2.5 2.5 0 0 1 3 14V7.500A2.5 2.5 0 0 1 5.5 5zM8 9.500h8M8 12.500h5',
  people:
    'M9 11.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.8 19.500c.5-3.3 3-5 6.2-5s5.7 1.7 6.2 5M16 4.900a3.3 3.3 0 0 1 0 6.300M17.8 14.800c1.9.700 3.1 2.3 3.4 4.7',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.200a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.400zM9 19.200a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.400z',
  leave: 'M12 9.300c3.4 0 6.4.900 8.6 2.5.8.6 1 1.5.7 2.400l-.5 1.400c-.3.8-1.2 1.2-2 .9l-2.6-.9c-.7-.2-1.1-.9-1.1-1.600v-1.100a12 12 0 0 0-6.2 0V14c0 .7-.4 1.4-1.1 1.600l-2.6.9c-.8.3-1.7-.1-2-.9l-.5-1.400c-.3-.9-.1-1.8.7-2.400C5.6 10.2 8.6 9.3 12 9.300z',
  link: 'M10 14a4 4 0 0 0 5.7 0l3.1-3.100a4 4 0 0 0-5.7-5.700L12 6.300M14 10a4 4 0 0 0-5.7 0l-3.1 3.100a4 4 0 0 0 5.7 5.700l1.1-1.1',
  share: 'M12 14.500V4M8.500 7.300L12 3.800l3.5 3.500M6.5 11H5.500A1.5 1.5 0 0 0 4 12.500v6A1.5 1.5 0 0 0 5.500 20h13a1.5 1.5 0 0 0 1.5-1.500v-6A1.5 1.5 0 0 0 18.500 11h-1',
  check: 'M5 12.500l4.5 4.500L19 7.5',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M4 12L20 4.5 14.5 20l-3-6.500zM11.5 13.500L20 4.5',
  pin: 'M9 4h6M10 4v5.500L7 13v1.500h10V13l-3-3.500V4M12 14.500V20',
  warning: 'M12 4L2.8 19.500h18.400zM12 10v4.500M12 17v.01',
  sound: 'M4 9.500h3.500L12 5.500v13l-4.5-4H4zM15.5 9a4 4 0 0 1 0 6M18 6.500a7.5 7.5 0 0 1 0 11',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  plus: 'M12 5v14M5 12h14',
  weak: 'M5 19v-3M10 19v-6M15 19v-9M20 19V6',
} as const;

export type IconName = keyof typeof DRAWINGS;

/** Decorative always: the control around it carries the words. */
export function Icon({ name, size = 22 }: { name: IconName; size?: number }): ReactElement {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={DRAWINGS[name]} />
    </svg>
  );
}
