/** The built package on engines that lack something, in threads, and with many connections. */
import { beforeAll, describe, expect, it } from 'vitest';
import { REFERENCE_FRAMES, type Report, roundTripIn } from './support/report.js';
import { node, program, run } from './support/run.js';

let plain: Report;

beforeAll(async () => {
  plain = await roundTripIn();
});

function expectSamePackets(report: Report): void {
  expect(report.disagreements).toEqual([]);
  expect(report.packets).toEqual(plain.packets);
  expect(report.mistakes).toEqual(plain.mistakes);
  expect(report.malformed).toEqual(plain.malformed);
}

describe('engines', () => {
  it('with SIMD use it', () => {
    expect(plain.scanner).toBe('wasm-simd');
    expect(plain.scanners).toEqual(['wasm-simd', 'wasm-scalar', 'baseline']);
    expect(plain.refusals).toEqual(['wasm-simd', 'wasm-simd', 'wasm-scalar']);
    expect(plain.disagreements).toEqual([]);
    const packets = plain.packets.slice(0, REFERENCE_FRAMES.length);
    expect(packets.map(({ type, topic }) => ({ type, topic }))).toEqual(
      REFERENCE_FRAMES.map(({ expect: { type, topic } }) => ({ type, topic })),
    );
  });

  // Other processors have no flag that takes SIMD away.
  it.runIf(process.arch === 'x64')('without SIMD use WebAssembly without it', async () => {
    const report = await roundTripIn('--no-enable-sse4-1');
    expect(report.scanner).toBe('wasm-scalar');
    expect(report.scanners).toEqual(['wasm-scalar', 'baseline']);
    const [wasm, simd, scalar] = report.refusals;
    expect(wasm).toBe('wasm-scalar');
    expect(simd).toMatch(/^RangeError: option scanner: 'wasm-simd' .* no WebAssembly SIMD;/);
    expect(scalar).toBe('wasm-scalar');
    expectSamePackets(report);
  });

  it('without WebAssembly use the baseline', async () => {
    const report = await roundTripIn('--jitless');
    expect(report.scanner).toBe('baseline');
    expect(report.scanners).toEqual(['baseline']);
    const [wasm, simd, scalar] = report.refusals;
    expect(wasm).toMatch(/^RangeError: option scanner: 'wasm' .* no WebAssembly;/);
    expect(wasm).toContain('auto, baseline');
    expect(simd).toMatch(/^RangeError: option scanner: 'wasm-simd'/);
    expect(scalar).toMatch(/^RangeError: option scanner: 'wasm-scalar'/);
    expectSamePackets(report);
  });

  it.runIf(process.platform === 'linux')('short of address space decode all the same', async () => {
    const command = 'ulimit -v 6000000 && exec "$0" "$@"';
    const code = `
        import { Decoder, encode } from 'mqtt-wasm';
        const packets = () => [...new Decoder().push(encode({ type: 'PINGREQ' })).packets()];
        process.stdout.write(JSON.stringify([...packets(), ...packets()]));`;
    const { stdout } = await run('bash', [
      '-c',
      command,
      process.execPath,
      '--input-type=module',
      '--eval',
      code,
    ]);
    expect(JSON.parse(stdout)).toEqual([{ type: 'PINGREQ' }, { type: 'PINGREQ' }]);
  });
});

it('two workers have a frame table each', async () => {
  const { stdout } = await node([program('two-workers.mjs')]);
  const { reports } = JSON.parse(stdout) as { reports: unknown };
  expect(reports).toEqual([
    { name: 'a', wrong: 0, scanner: 'wasm-simd' },
    { name: 'b', wrong: 0, scanner: 'wasm-simd' },
  ]);
});

it('50,000 decoders share one WebAssembly instance', async () => {
  const { stdout } = await node(['--expose-gc', program('decoders.mjs'), '50000']);
  const { instances, wrong, bytesAtRest } = JSON.parse(stdout) as Record<string, number>;
  process.stdout.write(`a decoder at rest: ${Math.round(bytesAtRest ?? 0)} bytes\n`);
  expect({ instances, wrong }).toEqual({ instances: 1, wrong: 0 });
  expect(bytesAtRest).toBeLessThan(1500);
});
