/** Text of few bytes is the same text, whichever way it is decoded. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeText } from '../src/short-text.js';

test('every length, with a character of two bytes at every place', () => {
  for (let length = 0; length <= 20; length++) {
    for (let place = 0; place <= length; place++) {
      const letters = Array.from({ length }, (_, index) => String.fromCharCode(0x61 + index));
      const text = letters.join('');
      const mixed = `${text.slice(0, place)}é${text.slice(place)}`;
      for (const one of [text, mixed]) {
        const bytes = Buffer.from(`<${one}>`);
        expect(decodeText(bytes, 1, bytes.length - 1)).toBe(one);
      }
    }
  }
});

test('any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 16 }), (text) => {
      const bytes = Buffer.from(text);
      expect(decodeText(bytes, 0, bytes.length)).toBe(bytes.toString());
    }),
  );
});
