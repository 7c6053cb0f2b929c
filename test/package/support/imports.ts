/** What modules import, found by following their relative imports. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Source text without comments, and with every string empty. */
export function withoutCommentsAndStrings(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replace(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g, "''");
}

/** The declaration files that `entry` reaches, with their text. */
export async function declarationsReachableFrom(entry: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    const source = await readFile(path, 'utf8');
    found.set(path, source);
    for (const [, specifier = ''] of source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']*)'/g)) {
      waiting.push(join(dirname(path), specifier.replace(/\.js$/, '.d.ts')));
    }
  }
  return found;
}
