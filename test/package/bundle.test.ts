/** The package in a bundle for browsers, run where nothing of Node.js is within reach. */
import { join, relative } from 'node:path';
import { type Context, createContext, runInContext } from 'node:vm';
import { type BuildResult, build, type Platform } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutCommentsAndStrings } from './support/imports.js';
import { REFERENCE_FRAMES, type Report, roundTripIn } from './support/report.js';
import { program, ROOT } from './support/run.js';

const LARGEST_BUNDLE = 125_000;

interface Bundle {
  readonly code: string;
  readonly inputs: readonly string[];
  readonly externals: readonly string[];
}

function bundleOf(result: BuildResult<{ write: false; metafile: true }>): Bundle {
  const { inputs, outputs } = result.metafile;
  return {
    code: result.outputFiles[0]?.text ?? '',
    inputs: Object.keys(inputs).map((path) => relative(ROOT, join(ROOT, path))),
    externals: Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path)),
  };
}

async function bundle(entry: string, platform: Platform, minify = false): Promise<Bundle> {
  return bundleOf(
    await build({
      entryPoints: [entry],
      absWorkingDir: ROOT,
      bundle: true,
      format: 'iife',
      globalName: 'bundled',
      platform,
      minify,
      metafile: true,
      write: false,
      logLevel: 'silent',
    }),
  );
}

/** A realm with the globals that browsers have and the bundle may use, and with none of Node.js. */
function browserRealm(options: { readonly wasm: boolean } = { wasm: true }): Context {
  return createContext(
    { TextDecoder, TextEncoder, atob, ReadableStream, WritableStream },
    { codeGeneration: { strings: false, wasm: options.wasm } },
  );
}

async function roundTripInRealm(code: string, realm: Context): Promise<Report> {
  runInContext(code, realm);
  const frames = JSON.stringify(REFERENCE_FRAMES.map(({ hex }) => hex));
  const report = `bundled.run(${frames}).then((report) => JSON.stringify(report))`;
  return JSON.parse((await runInContext(report, realm)) as string) as Report;
}

describe('in a bundle', () => {
  let root: Bundle;
  let web: Bundle;
  let onNode: Report;

  beforeAll(async () => {
    root = await bundle(program('browser.mjs'), 'browser');
    web = await bundle(program('web.mjs'), 'browser');
    onNode = await roundTripIn();
  });

  function expectAsOnNode(report: Report, scanners: readonly string[]): void {
    expect(report.disagreements).toEqual([]);
    expect(report.packets).toEqual(onNode.packets);
    expect(report.mistakes).toEqual(onNode.mistakes);
    expect(report.malformed).toEqual(onNode.malformed);
    expect(report.scanners).toEqual(scanners);
    expect(report.scanner).toBe(scanners[0]);
  }

  it('for browsers the root of the package is the build without Node.js', () => {
    expect(root.inputs).toContain('dist/src/web.js');
    expect(root.inputs).not.toContain('dist/src/index.js');
    expect(root.inputs).not.toContain('dist/src/io/transform.js');
  });

  it('for Node.js the root of the package is the build with Node.js streams', async () => {
    const { inputs, externals } = await bundle(program('browser.mjs'), 'node');
    expect(inputs).toContain('dist/src/io/transform.js');
    expect(externals).toContain('node:stream');
    expect(externals.filter((path) => !path.startsWith('node:'))).toEqual([]);
  });

  it.each(['node', 'browser'] as const)('one copy is for import and require: %s', async (to) => {
    const both = await build({
      stdin: {
        contents: `
          import { Decoder } from 'mqtt-wasm';
          export const isOne = require('mqtt-wasm').Decoder === Decoder;`,
        resolveDir: ROOT,
      },
      absWorkingDir: ROOT,
      bundle: true,
      format: 'esm',
      platform: to,
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const { inputs } = bundleOf(both);
    expect(inputs).not.toContain('dist/cjs/index.cjs');
    expect(inputs).toContain('dist/src/web.js');
  });

  it.each(['root', 'web'] as const)('nothing is left to import: %s', (name) => {
    const { code, externals, inputs } = name === 'root' ? root : web;
    expect(externals).toEqual([]);
    expect(inputs.filter((path) => path.startsWith('node:'))).toEqual([]);
    const bare = withoutCommentsAndStrings(code);
    expect(bare).not.toMatch(/\b(require|import)\s*\(/);
    expect(bare).not.toMatch(/(?<![\w$.])(Buffer|process|global|__dirname)\b/);
  });

  it('it runs on web globals alone', async () => {
    const realm = browserRealm();
    const missing = "[typeof Buffer, typeof process, typeof require, typeof setTimeout].join(' ')";
    expect(runInContext(missing, realm)).toBe('undefined undefined undefined undefined');
    const all = ['wasm-simd', 'wasm-scalar', 'baseline'];
    expectAsOnNode(await roundTripInRealm(root.code, realm), all);
    expectAsOnNode(await roundTripInRealm(web.code, browserRealm()), all);
  });

  it('it runs minified', async () => {
    const { code } = await bundle(program('browser.mjs'), 'browser', true);
    expectAsOnNode(await roundTripInRealm(code, browserRealm()), onNode.scanners);
  });

  it('it runs without String.prototype.isWellFormed', async () => {
    const realm = browserRealm();
    runInContext('delete String.prototype.isWellFormed', realm);
    expectAsOnNode(await roundTripInRealm(root.code, realm), onNode.scanners);
  });

  it('it runs without WebAssembly', async () => {
    const realm = browserRealm();
    runInContext('delete globalThis.WebAssembly', realm);
    expectAsOnNode(await roundTripInRealm(root.code, realm), ['baseline']);
  });

  it('it runs where a Content Security Policy forbids to compile WebAssembly', async () => {
    const realm = browserRealm({ wasm: false });
    const report = await roundTripInRealm(root.code, realm);
    expectAsOnNode(report, ['baseline']);
    expect(report.refusals[0]).toMatch(/^RangeError: option scanner: 'wasm'/);
  });

  it(`it is smaller than ${LARGEST_BUNDLE} bytes`, async () => {
    const { code } = await bundle(join(ROOT, 'dist/src/web.js'), 'browser', true);
    process.stdout.write(`bundle of mqtt-wasm/web, minified: ${code.length} bytes\n`);
    expect(code.length).toBeLessThan(LARGEST_BUNDLE);
  });

  it('who only encodes gets no scanner', async () => {
    const { code } = bundleOf(
      await build({
        stdin: {
          contents:
            "import { encode } from 'mqtt-wasm'; export const bytes = encode({ type: 'PINGREQ' });",
          resolveDir: ROOT,
        },
        absWorkingDir: ROOT,
        bundle: true,
        format: 'esm',
        platform: 'browser',
        metafile: true,
        write: false,
        logLevel: 'silent',
      }),
    );
    expect(code).toContain('MqttEncodeError');
    expect(code).not.toContain('AGFzbQ');
    expect(code).not.toContain('WebAssembly');
  });
});

it('no module behind src/web.ts imports anything of Node.js', async () => {
  const { inputs, externals } = bundleOf(
    await build({
      entryPoints: [join(ROOT, 'src/web.ts')],
      absWorkingDir: ROOT,
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      packages: 'external',
      metafile: true,
      write: false,
      logLevel: 'silent',
    }),
  );
  expect(inputs).toContain('src/decoder/decoder.ts');
  expect(externals).toEqual(['@assemblyscript/loader']);
});
