import { type DragEvent, type ReactElement, type ReactNode, useState } from 'react';

export interface DropZoneProps {
  onFiles: (files: readonly File[]) => void;
  children: ReactNode;
}

/** Files may be dropped here, to go with the next message. */
export function DropZone({ onFiles, children }: DropZoneProps): ReactElement {
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
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {over && <p className="drop-here">Drop files to send them</p>}
    </div>
  );
}
