/** JPEG's markers (ITU-T T.81, table B.1). */
const START_OF_IMAGE = 0xd8;
const START_OF_SCAN = 0xda;
/** Exif and XMP: the place where a picture was taken, the camera's number, the owner's name. */
const APP1 = 0xe1;
/** IPTC, with places as words. */
const APP13 = 0xed;
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
/** Tag of Exif 2.3: how the picture has to be turned. */
const ORIENTATION = 0x0112;
const UPRIGHT = 1;
const MOST_ENTRIES = 512;

/** A photo as it is sent to others: without where and by whom it was taken, and turned as before. Other files stay. */
export async function privatePicture(file: File): Promise<File> {
  if (file.type !== 'image/jpeg') return file;
  const kept = withoutMetadata(new Uint8Array(await file.arrayBuffer()));
  return kept === null ? file : new File(kept, file.name, { type: file.type, lastModified: file.lastModified });
}

/** The parts of the picture that stay; null: there is nothing to take out, or it is no JPEG that can be read so far. */
export function withoutMetadata(picture: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] | null {
  const segments = segmentsUntrusted(picture);
  const metadata = segments?.filter(({ marker }) => marker === APP1 || marker === APP13) ?? [];
  const scan = segments?.at(-1);
  if (segments === null || scan === undefined || metadata.length === 0) return null;
  const said = metadata.flatMap(({ at, end }) => orientationUntrusted(picture.subarray(at + 4, end)) ?? []);
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
function segmentsUntrusted(picture: Uint8Array<ArrayBuffer>): readonly Segment[] | null {
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

/** Null where a segment is no Exif, or says nothing of it. */
function orientationUntrusted(segment: Uint8Array<ArrayBuffer>): number | null {
  if (segment.length < 14 || EXIF.some((byte, at) => segment[at] !== byte)) return null;
  const tiff = new DataView(segment.buffer, segment.byteOffset + EXIF.length, segment.length - EXIF.length);
  const little = tiff.getUint16(0) === 0x4949;
  const directory = tiff.getUint32(4, little);
  if (directory + 2 > tiff.byteLength) return null;
  const count = Math.min(tiff.getUint16(directory, little), MOST_ENTRIES);
  for (let entry = directory + 2; entry < directory + 2 + count * 12 && entry + 12 <= tiff.byteLength; entry += 12) {
    if (tiff.getUint16(entry, little) !== ORIENTATION) continue;
    const value = tiff.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}

/** A segment that says how to turn the picture, and nothing else. */
function turned(orientation: number): Uint8Array<ArrayBuffer>[] {
  if (orientation === UPRIGHT) return [];
  // Big-endian TIFF, one directory at byte 8 with one entry: a short.
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const length = 2 + EXIF.length + tiff.length;
  return [new Uint8Array([0xff, APP1, length >> 8, length & 0xff, ...EXIF, ...tiff])];
}
