/**
 * Makes of dist/src what `require()` gets, for not everybody can require ES modules: Jest cannot, and Node.js 20.19.0 not while
 * an import is loading them: one file, and the declarations that it needs, marked as CommonJS.
 *
 *   node src/commonjs.mjs
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

const MODULES = 'dist';
const COMMONJS = 'dist/cjs';
const ENTRY = 'dist/src/index';

rmSync(COMMONJS, { recursive: true, force: true });
await build({
  entryPoints: [`${ENTRY}.js`],
  outfile: `${COMMONJS}/index.cjs`,
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
});

/** TypeScript takes a declaration for that of an ES module or of CommonJS by the package.json above it. */
writeFileSync(`${COMMONJS}/package.json`, '{ "type": "commonjs" }\n');
const waiting = [`${ENTRY}.d.ts`];
const found = new Set(waiting);
for (const path of waiting) {
  const text = readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*\n?/m, '');
  const copy = join(COMMONJS, relative(MODULES, path));
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, text);
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]*)\.js['"]/g)) {
    const next = join(dirname(path), `${specifier}.d.ts`);
    if (!found.has(next)) waiting.push(next);
    found.add(next);
  }
}
