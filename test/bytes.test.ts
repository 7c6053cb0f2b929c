/** Bytes where `Buffer` is a stand-in, as browsers' bundles bring it. */
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

function standIn(species: unknown) {
  const like = (bytes: Uint8Array) => Object.assign(bytes, { standIn: true });
  return Object.assign(() => {}, {
    [Symbol.species]: species,
    allocUnsafe: (size: number) => like(new Uint8Array(size)),
    allocUnsafeSlow: (size: number) => like(new Uint8Array(size)),
    byteLength: (text: string) => text.length,
    from: (buffer: ArrayBuffer, offset: number, length: number) =>
      like(new Uint8Array(buffer, offset, length)),
    isBuffer: () => false,
    prototype: {},
  });
}

test.each([
  ['no species', undefined],
  ['a species that is null', null],
])('views come from a stand-in with %s', async (_, species) => {
  vi.stubGlobal('Buffer', standIn(species));
  vi.resetModules();
  const { view } = await import('../src/bytes.js');
  const bytes = Uint8Array.of(1, 2, 3, 4, 5);
  const found = view(bytes, 1, 3);
  expect([...found]).toEqual([2, 3]);
  expect(found).toHaveProperty('standIn', true);
  expect(found.buffer).toBe(bytes.buffer);
});
