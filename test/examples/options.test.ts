import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../examples/live/options.js';

describe('options', () => {
  it('have defaults', () => {
    expect(parseOptions([])).toEqual({
      help: false,
      proxy: undefined,
      benchmark: true,
      mebibytes: undefined,
      scanner: 'auto',
      showSecrets: false,
      maximumBytes: 96,
    });
  });

  it('name addresses', () => {
    expect(parseOptions(['--listen', '1884', '--forward', 'broker.example:1883']).proxy).toEqual({
      listen: { host: '127.0.0.1', port: 1884 },
      forward: { host: 'broker.example', port: 1883 },
    });
    expect(parseOptions(['--listen=[::]:0', '--forward=[::1]:1883']).proxy).toEqual({
      listen: { host: '::', port: 0 },
      forward: { host: '::1', port: 1883 },
    });
  });

  it('are read to their bounds', () => {
    expect(parseOptions(['--mebibytes', '1']).mebibytes).toBe(1);
    expect(parseOptions(['--mebibytes', '65536']).mebibytes).toBe(65_536);
    expect(parseOptions(['--max-bytes', '0']).maximumBytes).toBe(0);
    expect(parseOptions(['--max-bytes', '65536']).maximumBytes).toBe(65_536);
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['--unknown', /--unknown/],
    ['positional', /positional/],
    ['--mebibytes 0', /--mebibytes must be an integer from 1 to 65536, is '0'/],
    ['--mebibytes 65537', /--mebibytes/],
    ['--mebibytes 1.5', /--mebibytes/],
    ['--max-bytes 65537', /--max-bytes/],
    ['--max-bytes=-1', /--max-bytes/],
    ['--scanner fast', /--scanner must be one of auto, wasm-simd, wasm-scalar, baseline/],
    ['--listen 1884', /--listen needs --forward/],
    ['--forward a:1883', /--forward needs --listen/],
    ['--listen 1884 --forward 1883', /--forward must be HOST:PORT, is '1883'/],
    ['--listen 65536 --forward a:1', /--listen: the port must be an integer from 0 to 65535/],
    ['--listen 1 --forward a:0', /--forward: the port must be an integer from 1 to 65535/],
    ['--listen ::1:1 --forward a:1', /--listen must be \[HOST:]PORT/],
    ['--no-benchmark=yes', /no-benchmark/],
  ];
  for (const [line, message] of wrong) {
    it(`are refused: ${line}`, () => {
      expect(() => parseOptions(line.split(' '))).toThrow(message);
      expect(() => parseOptions(line.split(' '))).toThrow(
        expect.objectContaining({ name: 'UsageError' }),
      );
    });
  }
});
