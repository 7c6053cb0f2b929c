/** Streams for the server that break rules: those of the fuzzer, and some that promise more than comes. */
import fc from 'fast-check';
import { encode } from 'mqtt-wasm';
import { fuzzCase, streamOf } from '../fuzz/case.js';
import { join } from '../support/hex.js';

const SEED = 20_271;
const CASES = 1500;

const CONNECT = encode({ type: 'CONNECT', clientIdentifier: '' });

/** Longer than anything that a client has to send. */
const CLAIMS = [
  Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4, 0x4d, 0x51),
  join(CONNECT, Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x61)),
  join(CONNECT, Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x03, 0, 1, 0x61, 1, 2, 3)),
  join(CONNECT, Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0xff, 0x01)),
  new TextEncoder().encode('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
  Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03),
];

let streams: readonly Uint8Array[] | undefined;

/** The same ones every time. */
export function malformedStreams(): readonly Uint8Array[] {
  streams ??= [
    ...CLAIMS,
    ...fc
      .sample(fuzzCase, { seed: SEED, numRuns: CASES })
      .filter(({ options: { role, state }, mutations, garbage }) => {
        const isForServer = role === 'server' && state === undefined;
        return isForServer && (mutations.length > 0 || garbage.length > 0);
      })
      .map(streamOf)
      .filter(({ length }) => length > 0),
  ];
  return streams;
}
