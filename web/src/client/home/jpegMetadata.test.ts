import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jpegWithoutMetadata } from './jpegMetadata';
import { privatePicture } from './privatePicture';

const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const SCAN = [0xff, 0xda, 0, 4, 1, 2, 9, 9, 9, 0xff, 0xd9];
const QUANTISATION = segment(0xdb, [1, 2, 3]);
const PROFILE = segment(0xe2, [7, 7]);

function segment(marker: number, content: readonly number[]): number[] {
  const length = content.length + 2;
  return [0xff, marker, length >> 8, length & 0xff, ...content];
}

/** Little-endian, with a place before the orientation. */
function exif(orientation: number): number[] {
  const place = [0x25, 0x88, 4, 0, 1, 0, 0, 0, 0x33, 0x33, 0, 0];
  const turn = [0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
  return segment(0xe1, [...EXIF, 0x49, 0x49, 42, 0, 8, 0, 0, 0, 2, 0, ...place, ...turn, 0, 0, 0, 0]);
}

function jpeg(...segments: number[][]): Uint8Array<ArrayBuffer> {
  return new Uint8Array([0xff, 0xd8, ...segments.flat(), ...SCAN]);
}

function joined(parts: readonly Uint8Array[] | null): number[] | null {
  return parts === null ? null : parts.flatMap((part) => [...part]);
}

describe('a photo that is sent', () => {
  it('has lost where it was taken, and is turned as before', () => {
    const kept = joined(jpegWithoutMetadata(jpeg(exif(6), PROFILE, QUANTISATION)));
    const says = segment(0xe1, [...EXIF, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]);
    expect(kept).toEqual([...jpeg(says, PROFILE, QUANTISATION)]);
    // What was written is read the same way.
    expect(joined(jpegWithoutMetadata(new Uint8Array(kept ?? [])))).toEqual(kept);
  });

  it('needs no word about that where it stands upright', () => {
    const xmp = segment(0xe1, [...new TextEncoder().encode('http://ns.adobe.com/xap/1.0/ at home')]);
    const kept = jpegWithoutMetadata(jpeg(exif(1), xmp, segment(0xed, [1]), QUANTISATION));
    expect(joined(kept)).toEqual([...jpeg(QUANTISATION)]);
  });

  it('stays as it is where there is nothing to take out, or nothing to be read', async () => {
    expect(jpegWithoutMetadata(jpeg(QUANTISATION))).toBeNull();
    expect(jpegWithoutMetadata(jpeg(exif(6)).slice(0, 40))).toBeNull();
    const text = new File(['soup'], 'soup.txt', { type: 'text/plain' });
    expect(await privatePicture(text)).toBe(text);
    const photo = await privatePicture(new File([jpeg(exif(3))], 'soup.jpg', { type: 'image/jpeg' }));
    expect([photo.name, photo.type]).toEqual(['soup.jpg', 'image/jpeg']);
    expect([...new Uint8Array(await photo.arrayBuffer())]).not.toContain(0x88);
  });

  it('never grows beyond what says how to turn it, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(20), (noise, at) => {
        const picture = jpeg(exif(6), QUANTISATION);
        picture.set(noise.subarray(0, picture.length - at - 2), at + 2);
        const kept = jpegWithoutMetadata(picture);
        expect((joined(kept)?.length ?? 0) <= picture.length + 36).toBe(true);
      }),
    );
  });
});
