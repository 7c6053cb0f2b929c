/** Worker threads whose programs are in TypeScript: each is bundled from the sources when it is first wanted. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { afterAll, afterEach } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'mqtt-wasm-'));
const files = new Map<string, string>();
const running = new Set<Worker>();

afterEach(async () => {
  await Promise.all([...running].map((worker) => worker.terminate()));
});

afterAll(() => rmSync(directory, { recursive: true }));

/** The file of a program of `programs/`, as JavaScript. */
export function programFile(name: string): string {
  const known = files.get(name);
  if (known !== undefined) return known;
  const outfile = join(directory, `${name}.mjs`);
  buildSync({
    entryPoints: [fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    // That package.json says that nothing has side effects holds for the sources, not for programs.
    ignoreAnnotations: true,
    platform: 'node',
    format: 'esm',
  });
  files.set(name, outfile);
  return outfile;
}

/** Starts a program in a thread of its own, which is gone at the end of the test. */
export function start<Data>(name: string, workerData: Data, options?: WorkerOptions): Worker {
  const worker = new Worker(programFile(name), { ...options, execArgv: [], workerData });
  running.add(worker);
  worker.once('exit', () => running.delete(worker));
  return worker;
}

/** The next message of a thread. Rejects with its error if it has one before. */
export async function message<Message>(worker: Worker): Promise<Message> {
  const [value] = (await once(worker, 'message')) as [Message];
  return value;
}
