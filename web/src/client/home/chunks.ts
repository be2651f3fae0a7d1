import { type Bytes, orientationOnly, orientationUntrusted, UPRIGHT } from './exifOrientation';

/** A piece of a file that is made of pieces, with all that belongs to it. */
export interface Chunk {
  readonly type: string;
  readonly at: number;
  readonly end: number;
  readonly content: Bytes;
}

/** Four letters. */
export function typeAt(bytes: Bytes, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/**
 * The chunks without those of these types. Of Exif it stays how the picture has to be turned: `write` makes such a chunk.
 */
export function keptOf(picture: Bytes, chunks: readonly Chunk[], dropped: readonly string[], exif: string, write: (content: number[]) => Bytes): Bytes[] {
  return chunks.flatMap(({ type, at, end, content }) => {
    if (!dropped.includes(type)) return [picture.subarray(at, end)];
    const orientation = type === exif ? (orientationUntrusted(content) ?? UPRIGHT) : UPRIGHT;
    return orientation === UPRIGHT ? [] : [write(orientationOnly(orientation))];
  });
}
