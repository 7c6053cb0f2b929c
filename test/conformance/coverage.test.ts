/** Every statement has its tests, each of which begins its name with it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type CollectedTest, collectTests } from './collect.js';
import { VERSIONS } from './versions.js';

let collected: readonly CollectedTest[] = [];
beforeAll(async () => {
  collected = await collectTests(VERSIONS);
});

describe.each(VERSIONS)(
  'coverage of the statements of $title',
  ({ folder, statements, options }) => {
    const rows = [...statements, ...options];
    const tests = () => collected.filter((test) => test.folder === folder);

    it('lists every statement once', () => {
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    });

    for (const { id, kinds } of rows) {
      it(`${id} has its tests`, () => {
        const own = tests().filter((test) => test.id === id);
        const found = new Set(own.map(({ kind }) => kind));
        expect(kinds.filter((kind) => !found.has(kind))).toEqual([]);
      });
    }

    it('finds a statement of the list at the beginning of every name', () => {
      expect(tests().length).toBeGreaterThan(rows.length);
      expect(tests().filter(({ id }) => id === '')).toEqual([]);
    });
  },
);
