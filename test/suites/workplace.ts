/**
 * A temporary directory with packages from npm, in which `mqtt-packet` is what is to be tested, wherever it stands in the
 * tree of dependencies.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { mustRun } from './child.js';
import { MQTT_PACKET } from './versions.js';

/** What stands in for `mqtt-packet`, as a package.json says it: a version, or `file:` and a tarball. */
export interface Candidate {
  readonly specifier: string;
  readonly isReference: boolean;
}

export const REFERENCE: Candidate = { specifier: MQTT_PACKET, isReference: true };

export interface Workplace {
  readonly folder: string;
  /** The environment for programs in it: their `node` is the one that is asked for. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where `mqtt-packet` comes from, a line for each place where somebody asks for it. */
  readonly tree: string;
}

const INSTALL_SECONDS = 240;
const CHECK_SECONDS = 60;

const folders = new Set<string>();

export function makeFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `suites-${name}-`));
  folders.add(folder);
  return folder;
}

/** Removes all that was made. */
export function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.clear();
}

function environmentFor(node: string, folder: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // Debian puts daemons where a user's PATH does not look.
    PATH: [dirname(node), process.env.PATH, '/usr/sbin'].join(delimiter),
    // Colours and options of the caller are no business of the suites.
    NO_COLOR: '1',
    NODE_OPTIONS: '',
    // What tests make there goes with the folder.
    TMPDIR: folder,
  };
}

/** A package that npm's tree shows, as `npm ls --json` has it. */
interface Listed {
  readonly version?: string;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, Listed>>;
}

/** The versions of mqtt-packet that somebody in the tree gets. */
function versionsIn(listed: Listed): string[] {
  return Object.entries(listed.dependencies ?? {}).flatMap(([name, dependency]) => [
    ...(name === 'mqtt-packet' ? [dependency.version ?? 'none'] : []),
    ...versionsIn(dependency),
  ]);
}

export async function install(
  name: string,
  dependencies: Readonly<Record<string, string>>,
  candidate: Candidate,
  node: string,
): Promise<Workplace> {
  const folder = makeFolder(name);
  const environment = environmentFor(node, folder);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      private: true,
      // A direct dependency must say the same as the override.
      dependencies: { ...dependencies, 'mqtt-packet': candidate.specifier },
      overrides: { 'mqtt-packet': candidate.specifier },
    }),
  );
  // npm runs on the Node.js that runs this, for the one that is asked for may have come without it.
  await mustRun('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    folder,
    seconds: INSTALL_SECONDS,
  });
  const ls = (...args: string[]) =>
    mustRun('npm', ['ls', 'mqtt-packet', ...args], { folder, seconds: CHECK_SECONDS });
  const versions = new Set(versionsIn(JSON.parse(await ls('--json')) as Listed));
  if (versions.size !== 1) {
    throw new Error(`the override did not take: mqtt-packet is ${[...versions].join(' and ')}`);
  }
  const tree = (await ls())
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .join('\n');
  await checkExports(folder, node, environment);
  return { folder, environment, tree };
}

/** What a package has on npm, in a folder of its own, with nothing installed. */
export async function unpack(name: string, version: string): Promise<string> {
  const folder = makeFolder(name);
  const options = { folder, seconds: INSTALL_SECONDS };
  await mustRun('npm', ['pack', `${name}@${version}`, '--silent'], options);
  await mustRun('tar', ['xzf', `${name}-${version}.tgz`], options);
  return join(folder, 'package');
}

/** Both ways of loading, and that all functions are there by name and by default. */
const EXPORTS_CHECK = `
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import standard, * as named from 'mqtt-packet';
const required = createRequire(import.meta.url)('mqtt-packet');
for (const name of ['parser', 'generate', 'writeToStream']) {
  assert.equal(typeof required[name], 'function', 'require() has no ' + name);
  assert.equal(typeof named[name], 'function', 'import has no ' + name);
  assert.equal(standard[name], named[name], 'the default export has another ' + name);
}
for (const from of [required, named, standard]) {
  const packets = [];
  from.parser().on('packet', (packet) => packets.push(packet)).parse(from.generate({ cmd: 'pingreq' }));
  assert.equal(packets[0]?.cmd, 'pingreq');
}
`;

async function checkExports(
  folder: string,
  node: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const file = join(folder, 'exports-check.mjs');
  writeFileSync(file, EXPORTS_CHECK);
  await mustRun(node, [file], { folder, seconds: CHECK_SECONDS, environment });
}
