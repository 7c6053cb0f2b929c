/** The package as its users get it: packed, then installed into a project of its own. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ROOT, run } from './run.js';

const QUIET = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];

/** A directory with the tarball in it, and with the projects that installed it. */
export class PackedPackage {
  readonly tarball: string;
  readonly #directory: string;

  private constructor(directory: string, filename: string) {
    this.#directory = directory;
    this.tarball = join(directory, filename);
  }

  /** Packs what was built: building here would change `dist/` under the tests that run meanwhile. */
  static async make(): Promise<PackedPackage> {
    if (!existsSync(join(ROOT, 'dist/cjs/index.cjs'))) {
      throw new Error('there is no dist/ to pack: npm run build comes first');
    }
    const directory = await mkdtemp(join(tmpdir(), 'mqtt-wasm-package-'));
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', directory, ...QUIET]);
    const [filename] = await readdir(directory);
    if (filename === undefined) throw new Error('npm pack left no tarball');
    return new PackedPackage(directory, filename);
  }

  /** Installs the tarball, and `others` from the registry, into a new project. Returns its path. */
  async install(name: string, ...others: readonly string[]): Promise<string> {
    const project = join(this.#directory, name);
    await mkdir(project);
    await writeFile(
      join(project, 'package.json'),
      JSON.stringify({ name, private: true, type: 'module' }),
    );
    const packages = [this.tarball, ...others];
    await run('npm', ['install', '--prefer-offline', ...QUIET, ...packages], project);
    return project;
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** The paths of all files below `directory`, relative to it, with slashes. */
export async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}
