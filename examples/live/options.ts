/** What the command line says. */
import { parseArgs } from 'node:util';
import { availableScanners, type ScannerChoice } from 'mqtt-wasm';
import type { Address } from './proxy.js';

export const HELP = `Usage: npm start -- [options]

Without --listen: plays a session of MQTT 3.1.1 and one of MQTT 5.0 through a decoding proxy,
prints every packet, then measures decoders side by side.

  --no-benchmark          only the sessions
  --mebibytes N           MiB of traffic for each decoder to decode (1 to 65536, default 256)

With --listen: shows what passes between your clients and your broker, until Ctrl-C.

  --listen [HOST:]PORT    where clients are to connect to (HOST is 127.0.0.1 by default)
  --forward HOST:PORT     the broker

  --scanner NAME          auto (default), wasm-simd, wasm-scalar or baseline
  --max-bytes N           bytes of each packet shown in hexadecimal (0 to 65536, default 96)
  --show-secrets          show passwords and Authentication Data
  --help                  this text

NO_COLOR turns colours off, FORCE_COLOR turns them on.
`;

/** A command line that cannot be followed; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command line, checked and completed. */
export interface Options {
  readonly help: boolean;
  /** Proxy mode, if given. */
  readonly proxy: { readonly listen: Address; readonly forward: Address } | undefined;
  readonly benchmark: boolean;
  /** MiB for each decoder, if the user has said how many. */
  readonly mebibytes: number | undefined;
  readonly scanner: ScannerChoice;
  readonly showSecrets: boolean;
  readonly maximumBytes: number;
}

function integer(name: string, text: string, minimum: number, maximum: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new UsageError(`--${name} must be an integer from ${minimum} to ${maximum}, is '${text}'`);
}

function address(name: string, text: string, defaultHost?: string): Address {
  const match = /^(?:(?:\[([\da-fA-F:.]+)\]|([^:[\]\s]+)):)?(\d+)$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? defaultHost;
  if (match === null || host === undefined) {
    const form = defaultHost === undefined ? 'HOST:PORT' : '[HOST:]PORT';
    throw new UsageError(`--${name} must be ${form}, is '${text}'`);
  }
  // Port 0 means any free port, which is of use for listening alone.
  const lowest = defaultHost === undefined ? 1 : 0;
  return { host, port: integer(`${name}: the port`, match[3] as string, lowest, 65_535) };
}

function proxyMode(listen: string | undefined, forward: string | undefined): Options['proxy'] {
  if (listen === undefined && forward === undefined) return undefined;
  if (forward === undefined) throw new UsageError('--listen needs --forward HOST:PORT, the broker');
  if (listen === undefined) throw new UsageError('--forward needs --listen [HOST:]PORT');
  return {
    listen: address('listen', listen, '127.0.0.1'),
    forward: address('forward', forward),
  };
}

function scannerChoice(text: string): ScannerChoice {
  const choices: readonly ScannerChoice[] = ['auto', 'wasm-simd', 'wasm-scalar', 'baseline'];
  const choice = choices.find((one) => one === text);
  if (choice === undefined) {
    throw new UsageError(`--scanner must be one of ${choices.join(', ')}, is '${text}'`);
  }
  const available: readonly ScannerChoice[] = ['auto', ...availableScanners()];
  if (available.includes(choice)) return choice;
  throw new UsageError(`--scanner ${choice} does not run here; these do: ${available.join(', ')}`);
}

/** Reads the command line. Throws a `UsageError`. */
export function parseOptions(args: readonly string[]): Options {
  const values = (() => {
    try {
      return parseArgs({
        args: [...args],
        options: {
          help: { type: 'boolean', short: 'h', default: false },
          listen: { type: 'string' },
          forward: { type: 'string' },
          'no-benchmark': { type: 'boolean', default: false },
          mebibytes: { type: 'string' },
          scanner: { type: 'string', default: 'auto' },
          'show-secrets': { type: 'boolean', default: false },
          'max-bytes': { type: 'string', default: '96' },
        },
      }).values;
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  })();
  return {
    help: values.help,
    proxy: proxyMode(values.listen, values.forward),
    benchmark: !values['no-benchmark'],
    mebibytes:
      values.mebibytes === undefined
        ? undefined
        : integer('mebibytes', values.mebibytes, 1, 65_536),
    scanner: scannerChoice(values.scanner),
    showSecrets: values['show-secrets'],
    maximumBytes: integer('max-bytes', values['max-bytes'], 0, 65_536),
  };
}
