/** `generate()` of mqtt-packet, ours and theirs, on the packets of encoding. */
import reference from 'mqtt-packet';
import { generate } from 'mqtt-wasm';
import type { Case, Contestant } from '../contest.js';
import { REFERENCE } from '../decode.js';
import { packetsNamed, type SingleName } from '../encode.js';
import { compareFrames } from '../verify.js';
import { DROP_IN } from './parser.js';

type Generate = typeof reference.generate;

export function generateCase(name: SingleName): Case {
  const { title, protocolVersion, frames, byteLength, reference: packets } = packetsNamed(name);
  const options = { protocolVersion };

  // A function of its own for each of them, so that the engine may inline what it calls.
  const contestant = (contestantName: string, own: Generate, run: () => number): Contestant => ({
    name: contestantName,
    checksum: byteLength,
    run,
    check: () =>
      compareFrames(
        packets.map((packet) => own(packet, options)),
        frames,
      ),
  });
  return {
    id: `compat/generate/${name}`,
    kind: 'compat/generate',
    title,
    packets: packets.length,
    byteLength,
    reference: REFERENCE,
    contestants: [
      contestant(DROP_IN, generate, () => {
        let sum = 0;
        for (const packet of packets) sum += generate(packet, options).length;
        return sum;
      }),
      contestant(REFERENCE, reference.generate, () => {
        let sum = 0;
        for (const packet of packets) sum += reference.generate(packet, options).length;
        return sum;
      }),
    ],
  };
}
