/** What the suites run on: this package as npm would publish it, a tarball, or the real mqtt-packet. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './child.js';
import { type Candidate, makeFolder, REFERENCE } from './workplace.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const PACK_SECONDS = 120;

async function pack(): Promise<string> {
  const folder = makeFolder('tarball');
  const output = await mustRun('npm', ['pack', '--json', '--pack-destination', folder], {
    folder: REPOSITORY,
    seconds: PACK_SECONDS,
  });
  // The build that npm starts first may print as well.
  const name = /"filename": "([^"]+)"/.exec(output)?.[1];
  if (name === undefined) throw new Error(`npm pack named no file:\n${output}`);
  return join(folder, name);
}

export async function candidateFor(choice: string | undefined): Promise<Candidate> {
  if (choice === 'reference') return REFERENCE;
  const tarball = choice === undefined ? await pack() : resolve(choice);
  if (!existsSync(tarball)) throw new TypeError(`there is no ${tarball}`);
  return { specifier: `file:${tarball}`, isReference: false };
}
