/**
 * The tests of conformance as Vitest collects them: their names as they come out of templates and loops,
 * without running any. A loop over nothing makes no tests, which reading the sources would not show.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Kind } from './statement.js';
import type { Version } from './versions.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '..', '..');
const VITEST = join(
  dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
);

/** The function that makes a test, under its own name or one that begins so, such as `decodesMqtt3`. */
const KIND = /^(?:\w+\.)?(refusesToEncode|decodes|refuses|encodes|it)(?![a-z])/;

/** A test by the name that it begins with. */
export interface CollectedTest {
  /** The folder of its version. */
  readonly folder: string;
  /** The file in that folder. */
  readonly file: string;
  /** The line on which it is made: tests of a loop share it. */
  readonly line: number;
  readonly kind: Kind;
  /** Identifier of its statement, or empty if no statement of the list begins its name. */
  readonly id: string;
  /** What the name says behind the statement. */
  readonly says: string;
}

interface ListedTest {
  readonly name: string;
  readonly file: string;
  readonly location: { readonly line: number; readonly column: number };
}

/** What Vitest lists for these folders, files in the order of their names. */
async function list(folders: readonly string[]): Promise<ListedTest[]> {
  const target = await mkdtemp(join(tmpdir(), 'conformance-'));
  const json = join(target, 'tests.json');
  // Neither is the process inside to record its cases, nor to take itself for a worker of the one outside.
  const environment = Object.entries(process.env).filter(
    ([name]) => name !== 'CONFORMANCE_CASES' && !name.startsWith('VITEST'),
  );
  try {
    await promisify(execFile)(
      process.execPath,
      [
        ...[VITEST, 'list', `--json=${json}`, '--includeTaskLocation'],
        ...['--no-isolate', '--maxWorkers=1'],
        ...folders.map((folder) => `${join(HERE, folder)}${sep}`),
      ],
      { cwd: ROOT, env: Object.fromEntries(environment) },
    );
    const tests = JSON.parse(await readFile(json, 'utf8')) as ListedTest[];
    return tests.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  } finally {
    await rm(target, { recursive: true });
  }
}

/** The name of a test behind those of its groups, apart: the statement, and the rest. */
function split(name: string, ids: ReadonlySet<string>): { id: string; says: string } {
  const groups = name.split(' > ');
  for (let from = 0; from < groups.length; from++) {
    const own = groups.slice(from).join(' > ');
    const colon = own.indexOf(': ');
    const id = own.slice(0, Math.max(0, colon));
    if (ids.has(id)) return { id, says: own.slice(colon + 2) };
  }
  return { id: '', says: name };
}

/** Collects the tests of these versions, those of other files excepted. */
export async function collectTests(versions: readonly Version[]): Promise<CollectedTest[]> {
  const lines = new Map<string, readonly string[]>();
  const found: CollectedTest[] = [];
  for (const { name, file: path, location } of await list(versions.map(({ folder }) => folder))) {
    const folder = basename(dirname(path));
    const file = basename(path);
    const version = versions.find((one) => one.folder === folder);
    if (version === undefined || version.otherFiles.includes(file)) continue;
    const source = lines.get(path) ?? (await readFile(path, 'utf8')).split('\n');
    lines.set(path, source);
    const call = source[location.line - 1]?.slice(location.column - 1) ?? '';
    const kind = KIND.exec(call)?.[1] as Kind | undefined;
    if (kind === undefined) {
      throw new Error(`${relative(ROOT, path)}:${location.line} makes a test of no known kind`);
    }
    const ids = new Set([...version.statements, ...version.options].map(({ id }) => id));
    found.push({ folder, file, line: location.line, kind, ...split(name, ids) });
  }
  return found;
}
