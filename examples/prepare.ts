/** Installs an example that runs on this package by an override, with what was built here in place of the published one. */
import { execFile } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const QUIET = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
const run = promisify(execFile);

/** The examples that are projects of their own. */
export type Project = 'aedes' | 'cluster' | 'mqtt-js';

/** Packs what was built into an empty folder, and returns the path of the tarball. */
export async function pack(folder: string): Promise<string> {
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder, ...QUIET], {
    cwd: ROOT,
  });
  const [filename] = await readdir(folder);
  if (filename === undefined) throw new Error('npm pack left no tarball');
  return join(folder, filename);
}

/** Copies an example into a folder, has its override point at a tarball, and installs it there. */
export async function install(example: Project, tarball: string, folder: string): Promise<void> {
  await cp(join(ROOT, 'examples', example), folder, { recursive: true });
  const path = join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { overrides: object };
  manifest.overrides = { 'mqtt-packet': `file:${tarball}` };
  await writeFile(path, JSON.stringify(manifest));
  await run('npm', ['install', '--prefer-offline', ...QUIET], { cwd: folder });
}
