export type Bytes = Uint8Array<ArrayBuffer>;

/** Before Exif in JPEG, and by some writers elsewhere. */
export const EXIF_MARK: readonly number[] = [0x45, 0x78, 0x69, 0x66, 0, 0];
export const UPRIGHT = 1;
/** Tag of Exif 2.3: how the picture has to be turned. */
const ORIENTATION = 0x0112;
const MOST_ENTRIES = 512;

export function startsWith(bytes: Bytes, at: number, mark: readonly number[]): boolean {
  return mark.every((byte, offset) => bytes[at + offset] === byte);
}

/** Of Exif, with or without its mark. Null where it is none, or says nothing of it. */
export function orientationUntrusted(exif: Bytes): number | null {
  const from = startsWith(exif, 0, EXIF_MARK) ? EXIF_MARK.length : 0;
  if (exif.length < from + 8) return null;
  const tiff = new DataView(exif.buffer, exif.byteOffset + from, exif.length - from);
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

/** Exif that says how to turn a picture, and nothing else: big-endian TIFF, one directory at byte 8 with one short. */
export function orientationOnly(orientation: number): number[] {
  return [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
}
