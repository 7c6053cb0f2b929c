/** The package as it is published: its files, and programs and types in projects that installed it. */
import { readFileSync, statSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declarationsReachableFrom, withoutCommentsAndStrings } from './support/imports.js';
import { node, program, ROOT } from './support/run.js';
import { filesBelow, PackedPackage } from './support/tarball.js';

const LARGEST_TARBALL = 670_000;
/** What only the build for Node.js exports. */
const NODE_NAMES = [
  'DecoderStream',
  'EncoderStream',
  'default',
  'generate',
  'mqttConnection',
  'parser',
  'writeToStream',
  'SlabPool',
  'consume',
];
/** Listeners may say what they expect of an error, as with mqtt-packet. */
const ANY_ERROR = '(error: any) => void';
const NO_ES_MODULES = '--no-experimental-require-module';
const NEWER_TYPES = '24.19.2';

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

let packed: PackedPackage;
/** A project with nothing but the package. */
let bare: string;
/** A project with the types of the oldest Node.js as well. */
let typed: string;
/** The same with types of a newer one: streams are declared otherwise there. */
let typedNewer: string;

beforeAll(async () => {
  packed = await PackedPackage.make();
  bare = await packed.install('bare');
  typed = await packed.install(
    'typed',
    `@types/node@${manifest.devDependencies['@types/node'] as string}`,
  );
  typedNewer = await packed.install('typed-newer', `@types/node@${NEWER_TYPES}`);
});

afterAll(() => packed?.remove());

describe('the tarball', () => {
  let root: string;
  let files: readonly string[];

  beforeAll(async () => {
    root = join(bare, 'node_modules/mqtt-wasm');
    files = await filesBelow(root);
  });

  it('holds what is published and nothing else', () => {
    const top = new Set(files.map((file) => file.replace(/\/.*$/, '/')));
    const allowed = ['CHANGELOG.md', 'LICENSE', 'README.md', 'asconfig.json', 'assembly/', 'dist/'];
    expect(
      [...top].filter((name) => ![...allowed, 'docs/', 'package.json', 'src/'].includes(name)),
    ).toEqual([]);
    const leftovers =
      /(^|\/)(test|bench|examples|build|coverage|node_modules)\/|\.test\.|\.(wat|wasm|log|tgz|tsbuildinfo)$/;
    expect(files.filter((file) => leftovers.test(file))).toEqual([]);
  });

  it('has a licence and a README', () => {
    expect(files).toContain('LICENSE');
    expect(files).toContain('README.md');
  });

  it('has the files that package.json names', () => {
    const named = JSON.stringify(manifest.exports).match(/\.\/[^"]+/g) ?? [];
    const missing = named
      .filter((path) => /\.(js|cjs|ts|json)$/.test(path))
      .map((path) => posix.normalize(path))
      .filter((path) => !files.includes(path));
    expect(missing).toEqual([]);
  });

  it('has a source behind every compiled file, and nothing of an earlier build', () => {
    const orphans = files
      .filter((file) => /^dist\/.*\.js$/.test(file))
      .map((file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts'))
      .filter((source) => !files.includes(source));
    expect(orphans).toEqual([]);
  });

  it('has source maps that lead to files in it', async () => {
    const maps = files.filter((file) => file.endsWith('.map'));
    expect(maps.length).toBeGreaterThan(0);
    const broken: string[] = [];
    for (const map of maps) {
      const { sources, sourceRoot = '' } = JSON.parse(await readFile(join(root, map), 'utf8')) as {
        sources: string[];
        sourceRoot?: string;
      };
      for (const source of sources) {
        const path = posix.join(posix.dirname(map), sourceRoot, source);
        if (!files.includes(path)) broken.push(`${map}: ${source}`);
      }
    }
    // What is made for CommonJS has none: its code is not minified.
    const mapped = files.filter((file) => /^dist\/(?!cjs\/).*\.(js|d\.ts)$/.test(file));
    for (const file of mapped) {
      const url = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(await readFile(join(root, file), 'utf8'));
      const path = posix.join(posix.dirname(file), url?.[1] ?? 'no source map');
      if (!files.includes(path)) broken.push(`${file}: ${path}`);
    }
    expect(broken).toEqual([]);
  });

  it(`is smaller than ${LARGEST_TARBALL} bytes`, () => {
    const { size } = statSync(packed.tarball);
    process.stdout.write(`tarball: ${size} bytes, ${files.length} files\n`);
    expect(size).toBeLessThan(LARGEST_TARBALL);
  });

  it('brings one dependency along and runs nothing when it is installed', async () => {
    expect(Object.keys(manifest.dependencies)).toEqual(['@assemblyscript/loader']);
    expect(Object.keys(manifest.scripts).filter((name) => /install|^prepare$/.test(name))).toEqual(
      [],
    );
    const installed = await filesBelow(join(bare, 'node_modules'));
    const packages = installed.filter((file) => /^(@[^/]+\/)?[^/]+\/package\.json$/.test(file));
    expect(packages).toEqual(['@assemblyscript/loader/package.json', 'mqtt-wasm/package.json']);
  });

  it('declares nothing that a user has not got', async () => {
    for (const entry of ['src/index', 'cjs/src/index', 'src/web']) {
      const declarations = await declarationsReachableFrom(join(root, `dist/${entry}.d.ts`));
      const mentions: string[] = [];
      for (const [path, source] of declarations) {
        if (source.includes('assemblyscript')) mentions.push(`${path}: the loader`);
        if (entry === 'src/web' && source.includes("'node:")) mentions.push(`${path}: Node.js`);
        for (const [word] of withoutCommentsAndStrings(source)
          .replace(ANY_ERROR, '')
          .matchAll(/\b(WebAssembly|any)\b/g)) {
          mentions.push(`${path}: ${word}`);
        }
      }
      expect(declarations.size).toBeGreaterThan(10);
      expect(mentions).toEqual([]);
    }
  });
});

describe('programs', () => {
  async function report(name: string, args: readonly string[] = []): Promise<unknown> {
    const path = join(bare, name);
    await copyFile(program(name), path);
    const { stdout, stderr } = await node([...args, path], bare);
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  const common = {
    packets: ['PUBLISH a/b'],
    sameClasses: true,
    names: expect.arrayContaining(['Decoder', 'DecoderStream', 'EncoderStream', 'encode']),
    webNames: expect.not.arrayContaining(['DecoderStream']),
    scanner: expect.stringMatching(/^wasm-/),
  };

  it('import it', async () => {
    expect(await report('imported.mjs')).toEqual(common);
  });

  it('import it without a warning, even where warnings are errors', async () => {
    expect(await report('imported.mjs', ['--throw-deprecation'])).toEqual(common);
  });

  it('require it, with no warning', async () => {
    // mqtt-wasm/web is an ES module only, so it has classes of its own there.
    expect(await report('required.cjs')).toEqual({
      ...common,
      sameClasses: false,
      version: manifest.version,
    });
  });

  it.each([
    ['where ES modules can be required', []],
    ['where they cannot', [NO_ES_MODULES]],
  ])('require the same by name and by default: %s', async (_, args) => {
    const imported = await report('interop.mjs', args);
    expect(imported).toMatchObject({
      both: expect.arrayContaining(['generate', 'parser', 'writeToStream']),
    });
    expect(await report('interop.cjs', args)).toEqual({
      ...(imported as object),
      file: 'index.cjs',
      packets: common.packets,
      scanner: common.scanner,
    });
  });

  it('import it while others require it, in any order', async () => {
    // Node.js 20.19.0 cannot require an ES module that an import is loading.
    const requiring = join(bare, 'requiring.cjs');
    await writeFile(requiring, "module.exports = require('mqtt-wasm');\n");
    const path = join(bare, 'both.mjs');
    for (const first of [0, 1]) {
      const lines = [
        "import required from './requiring.cjs';",
        "import { parser } from 'mqtt-wasm';",
      ];
      if (first === 1) lines.reverse();
      await writeFile(
        path,
        `${lines.join('\n')}\nconsole.log(typeof parser, typeof required.parser);\n`,
      );
      expect((await node([path], bare)).stdout).toBe('function function\n');
    }
  });

  it('get the build without Node.js under the condition "browser"', async () => {
    const names = (await report('names.mjs')) as string[];
    const browserNames = (await report('names.mjs', ['--conditions=browser'])) as string[];
    expect(browserNames).toEqual(names.filter((name) => !NODE_NAMES.includes(name)));
    expect(names).toEqual(expect.arrayContaining(NODE_NAMES));
    expect(browserNames).toContain('WebDecoderStream');
  });

  it('cannot reach what is not exported', async () => {
    const path = join(bare, 'inside.mjs');
    await writeFile(path, "import 'mqtt-wasm/dist/src/scanner/choose.js';\n");
    await expect(node([path], bare)).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});

describe('types', () => {
  const strict = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    target: 'es2022',
  };
  const dom = { lib: ['es2022', 'dom'], types: [] };
  const nodeTypes = { lib: ['es2022'], types: ['node'] };
  const nodenext = { module: 'nodenext' };
  const node16 = { module: 'node16' };
  const bundler = { module: 'preserve', moduleResolution: 'bundler' };

  /** Sources that are compiled under another name as well. */
  const SOURCES: Readonly<Record<string, string>> = { 'drop-in.cts': 'drop-in.ts' };
  const inBare = () => bare;
  const inTyped = () => typed;
  const inTypedNewer = () => typedNewer;

  const cases = [
    ['node.ts', 'nodenext', inTyped, { ...nodeTypes, ...nodenext }],
    ['node.ts', 'bundler', inTyped, { ...nodeTypes, ...bundler }],
    ['node.ts', 'newer types', inTypedNewer, { ...nodeTypes, ...nodenext }],
    [
      'node.ts',
      'newer types and library',
      inTypedNewer,
      { types: ['node'], lib: ['esnext'], ...nodenext },
    ],
    ['required.cts', 'nodenext', inTyped, { ...nodeTypes, ...nodenext }],
    ['required.cts', 'node16', inTyped, { ...nodeTypes, ...node16 }],
    ['drop-in.ts', 'nodenext', inTyped, { ...nodeTypes, ...nodenext }],
    ['drop-in.ts', 'node16', inTyped, { ...nodeTypes, ...node16 }],
    ['drop-in.ts', 'bundler', inTyped, { ...nodeTypes, ...bundler }],
    ['drop-in.cts', 'nodenext', inTyped, { ...nodeTypes, ...nodenext }],
    ['drop-in.cts', 'node16', inTyped, { ...nodeTypes, ...node16 }],
    ['web.ts', 'nodenext on Node.js', inTyped, { ...nodeTypes, ...nodenext }],
    ['web.ts', 'nodenext in browsers', inBare, { ...dom, ...nodenext }],
    ['web.ts', 'bundler in browsers', inBare, { ...dom, ...bundler }],
  ] as const;

  it.each(cases)('check: %s, %s', async (file, name, projectOf, options) => {
    const project = projectOf();
    const config = join(project, `${file}-${name.replaceAll(' ', '-')}.json`);
    await copyFile(
      join(ROOT, 'test/package/consumers', SOURCES[file] ?? file),
      join(project, file),
    );
    await writeFile(
      config,
      JSON.stringify({ compilerOptions: { ...strict, ...options }, files: [file] }),
    );
    await node([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config], project);
  });
});
