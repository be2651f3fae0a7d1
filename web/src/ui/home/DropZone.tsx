import { type DragEvent, type ReactElement, type ReactNode, useState } from 'react';
import type { Home } from '../../client/home/home';
import type { Place } from '../../client/home/homeState';

export interface DropZoneProps {
  home: Home;
  place: Place;
  children: ReactNode;
}

/** Files that are dropped here go with the next message of the place. */
export function DropZone({ home, place, children }: DropZoneProps): ReactElement {
  const [over, setOver] = useState(false);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');
  return (
    <div
      className="drop-zone"
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(false);
        home.talk(place)?.addFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {over && <p className="drop-here">Drop files to send them</p>}
    </div>
  );
}
