/** Every statement has its tests: looked for in the sources, where each test's name begins with it. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Kind, OPTIONS, STATEMENTS } from './statements.js';

/** Files whose tests are not about one statement. */
const OTHER_FILES = ['coverage.test.ts', 'errors.test.ts', 'first-byte.test.ts'];
const TEST = /^\s*(decodes|refuses|encodes|refusesToEncode|it)\(\s*(['"`])(.*)/gm;

interface FoundTest {
  readonly file: string;
  readonly kind: Kind;
  readonly id: string;
}

function testsOf(file: string): FoundTest[] {
  const source = readFileSync(new URL(file, import.meta.url), 'utf8');
  return Array.from(source.matchAll(TEST), ([, kind, , name = '']) => ({
    file,
    kind: kind as Kind,
    id: name.slice(0, Math.max(0, name.indexOf(': '))),
  }));
}

const tests = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.test.ts') && !OTHER_FILES.includes(file))
  .flatMap(testsOf);

describe('coverage of the statements', () => {
  const rows = [...STATEMENTS, ...OPTIONS];

  it('lists every statement once', () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  for (const { id, kinds } of rows) {
    it(`${id} has its tests`, () => {
      const found = new Set(tests.filter((test) => test.id === id).map(({ kind }) => kind));
      expect(kinds.filter((kind) => !found.has(kind))).toEqual([]);
    });
  }

  it('finds a statement of the list at the beginning of every name', () => {
    const known = new Set(rows.map(({ id }) => id));
    expect(tests.filter(({ id }) => !known.has(id))).toEqual([]);
  });
});
