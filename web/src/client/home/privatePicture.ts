import type { Bytes } from './exifOrientation';
import { jpegWithoutMetadata } from './jpegMetadata';
import { pngWithoutMetadata } from './pngMetadata';
import { webpWithoutMetadata } from './webpMetadata';

const BY_TYPE: Readonly<Record<string, ((picture: Bytes) => Bytes[] | null) | undefined>> = {
  'image/jpeg': jpegWithoutMetadata,
  'image/png': pngWithoutMetadata,
  'image/webp': webpWithoutMetadata,
};

/** A photo as it is sent to others: without where and by whom it was taken, and turned as before. Other files stay. */
export async function privatePicture(file: File): Promise<File> {
  const kept = BY_TYPE[file.type]?.(new Uint8Array(await file.arrayBuffer())) ?? null;
  return kept === null ? file : new File(kept, file.name, { type: file.type, lastModified: file.lastModified });
}
