/**
 * The cases of the conformance tables, for judges that are not this codec: each is a frame and whether
 * the specification allows it.
 *
 * The tables are code, so they are collected as tests are, but not run: the drivers write down every
 * case that they are given. A file that cannot be collected is an error here, never fewer cases.
 * Without isolation the modules that all tables share are loaded once, which takes a fifth of the time.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RecordedCase } from './conformance.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
/** The folders of the tables, one a version; vitest takes it as the beginning of their paths. */
const TABLES = 'test/conformance/mqtt-';
const MAXIMUM_OUTPUT = 64 * 1024 * 1024;

/** The environment without what vitest tells its workers, which would confuse another vitest. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$)/.test(name)),
  );
}

/** Collects the cases, in no particular order. */
export async function recordedCases(): Promise<readonly RecordedCase[]> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-cases-'));
  const file = join(folder, 'cases.jsonl');
  try {
    await promisify(execFile)(process.execPath, [VITEST, 'list', '--no-isolate', TABLES], {
      cwd: ROOT,
      env: { ...environment(), CONFORMANCE_CASES: file },
      maxBuffer: MAXIMUM_OUTPUT,
      timeout: 90_000,
    });
    return readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RecordedCase);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
