import { type Bytes, EXIF_MARK, orientationOnly, orientationUntrusted, startsWith, UPRIGHT } from './exifOrientation';

/** JPEG's markers (ITU-T T.81, table B.1). */
const START_OF_IMAGE = 0xd8;
const START_OF_SCAN = 0xda;
/** Exif and XMP: the place where a picture was taken, the camera's number, the owner's name. */
const APP1 = 0xe1;
/** IPTC, with places as words. */
const APP13 = 0xed;

/** The parts of the picture that stay; null: there is nothing to take out, or it is no JPEG that can be read so far. */
export function jpegWithoutMetadata(picture: Bytes): Bytes[] | null {
  const segments = segmentsUntrusted(picture);
  const metadata = segments?.filter(({ marker }) => marker === APP1 || marker === APP13) ?? [];
  const scan = segments?.at(-1);
  if (segments === null || scan === undefined || metadata.length === 0) return null;
  const said = metadata.flatMap(({ at, end }) => (startsWith(picture, at + 4, EXIF_MARK) ? orientationUntrusted(picture.subarray(at + 4, end)) : null) ?? []);
  const kept = segments.slice(0, -1).filter((one) => !metadata.includes(one));
  return [
    picture.subarray(0, 2),
    ...turned(said[0] ?? UPRIGHT),
    ...kept.map(({ at, end }) => picture.subarray(at, end)),
    picture.subarray(scan.at),
  ];
}

interface Segment {
  readonly marker: number;
  readonly at: number;
  readonly end: number;
}

/** Up to the first scan; null where there is none. */
function segmentsUntrusted(picture: Bytes): readonly Segment[] | null {
  if (picture[0] !== 0xff || picture[1] !== START_OF_IMAGE) return null;
  const view = new DataView(picture.buffer, picture.byteOffset, picture.byteLength);
  const segments: Segment[] = [];
  for (let at = 2; at + 4 <= picture.length; ) {
    const [marker, end] = [picture[at + 1] ?? 0, at + 2 + view.getUint16(at + 2)];
    if (picture[at] !== 0xff || end > picture.length || end < at + 4) return null;
    segments.push({ marker, at, end });
    if (marker === START_OF_SCAN) return segments;
    at = end;
  }
  return null;
}

/** A segment that says how to turn the picture, and nothing else. */
function turned(orientation: number): Bytes[] {
  if (orientation === UPRIGHT) return [];
  const exif = [...EXIF_MARK, ...orientationOnly(orientation)];
  const length = 2 + exif.length;
  return [new Uint8Array([0xff, APP1, length >> 8, length & 0xff, ...exif])];
}
