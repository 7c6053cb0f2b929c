/** aedes from npm, twice: with the mqtt-packet that it asks for, and with mqtt-wasm in its place. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

export const AEDES = '1.2.0';

/** Whose codec aedes uses. */
export const SIDES = ['mqtt-packet', 'mqtt-wasm'] as const;
export type Side = (typeof SIDES)[number];

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BROKER = fileURLToPath(new URL('./aedes.ts', import.meta.url));
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];

function npm(directory: string, ...args: readonly string[]): string {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  return execFileSync('npm', args, { cwd: directory, encoding: 'utf8', stdio: [...stdio] });
}

/** Packs this package as it was built; returns the file. */
function pack(directory: string): string {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', directory];
  const [packed] = JSON.parse(npm(ROOT, ...args, '--loglevel=error')) as { filename: string }[];
  if (packed === undefined) throw new Error('npm pack has packed nothing');
  return join(directory, packed.filename);
}

/** Makes the broker's program; it finds aedes from where it stands. */
export function bundleBroker(outfile: string): string {
  buildSync({
    entryPoints: [BROKER],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return outfile;
}

function installSide(side: Side, directory: string, tarball: string): string {
  mkdirSync(directory);
  const overrides = side === 'mqtt-wasm' ? { 'mqtt-packet': `file:${tarball}` } : {};
  const manifest = { private: true, type: 'module', dependencies: { aedes: AEDES }, overrides };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  npm(directory, 'install', '--prefer-offline', '--ignore-scripts', ...QUIET);
  const codec = join(directory, 'node_modules/mqtt-packet/package.json');
  const { name } = JSON.parse(readFileSync(codec, 'utf8')) as { name: string };
  if (name !== side) throw new Error(`in place of mqtt-packet is ${name}, not ${side}`);
  const copies = npm(directory, 'ls', 'mqtt-packet', '--all', '--parseable').trim().split('\n');
  if (copies.length !== 1) throw new Error(`more than one mqtt-packet: ${copies.join(', ')}`);
  return bundleBroker(join(directory, 'broker.js'));
}

/** Installs both into `directory`, which is there; returns the broker's program for each side. */
export function install(directory: string): Readonly<Record<Side, string>> {
  const tarball = pack(directory);
  return {
    'mqtt-packet': installSide('mqtt-packet', join(directory, 'without'), tarball),
    'mqtt-wasm': installSide('mqtt-wasm', join(directory, 'with'), tarball),
  };
}
