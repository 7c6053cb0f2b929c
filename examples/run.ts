/** `npm run example aedes|cluster|mqtt-js [argument]`: installs an example in a temporary folder and runs it there. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, type Project, pack } from './prepare.js';

const [example = '', ...args] = process.argv.slice(2);
if (!['aedes', 'cluster', 'mqtt-js'].includes(example)) {
  console.error('npm run example aedes|cluster|mqtt-js [argument]');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'mqtt-wasm-example-'));
process.once('exit', () => rmSync(folder, { recursive: true }));
// Ctrl-C is for the example; the folder goes when that has ended.
process.on('SIGINT', () => {});

const [packed, project] = [join(folder, 'packed'), join(folder, 'project')];
await mkdir(packed);
await install(example as Project, await pack(packed), project);
const npm = (...words: string[]) =>
  spawnSync('npm', words, { cwd: project, stdio: 'inherit' }).status ?? 1;
npm('ls', 'mqtt-packet');
process.exitCode = npm('--silent', 'start', '--', ...args);
