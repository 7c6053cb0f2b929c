/**
 * A real Mosquitto as a judge: every frame of the conformance tables that a Client may send is sent to it
 * on a connection of its own. What the tables call legal it must take, what they call illegal it must
 * refuse. Where it does not, a waiver says why: see `mosquitto-waivers.ts`.
 *
 * How it is asked stands in `mosquitto-verdict.ts`.
 *
 * What is not asked:
 * - cases of options that a broker does not have, such as limits and the refusal of discouraged characters;
 *   of the role of a Client or an observer; of `state: 'unchecked'`, because a broker always checks;
 * - a CONNECT of another version than the one a decoder was told to insist on;
 * - AUTH, which Mosquitto refuses, whatever is in it, where CONNECT named no method of authentication, and
 *   without a plugin it refuses every method;
 * - frames that announce more than they bring and more than a mebibyte: the rest would have to be sent.
 *   Where less is missing it is made up of zeros, since such a frame is refused whatever follows.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PACKET_TYPE, type ProtocolVersion } from '../../src/protocol/packet-types.js';
import type { RecordedCase } from '../support/conformance.js';
import { hex, join } from '../support/hex.js';
import {
  hasMosquitto,
  type Mosquitto,
  mosquittoVersion,
  startMosquitto,
} from '../support/mosquitto.js';
import {
  extentOf,
  type JudgedCase,
  type Verdict,
  verdictOn,
  WillWatcher,
} from '../support/mosquitto-verdict.js';
import { recordedCases } from '../support/recorded-cases.js';
import { WAIVED_VERSION, WAIVERS, type Waiver } from './mosquitto-waivers.js';

const { CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP } = PACKET_TYPE;
const { SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH } =
  PACKET_TYPE;

/** How many frames are under way at once. */
const AT_ONCE = 32;
const LONGEST_COMPLETION = 1_048_576;

/** Types that a Client sends. */
const FROM_CLIENT: readonly number[] = [
  ...[CONNECT, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP],
  ...[SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT],
];
/** Types that flow from a Server only. */
const FROM_SERVER: readonly number[] = [CONNACK, SUBACK, UNSUBACK, PINGRESP];
const ROLES_AND_STATES = ['role', 'state', 'protocolVersion'];

/** The frame with zeros for what it announces and does not bring; `undefined` if that is too much. */
function completed(bytes: Uint8Array): Uint8Array | undefined {
  const extent = extentOf(bytes);
  const missing = (extent?.end ?? 0) - bytes.length;
  if (missing <= 0) return bytes;
  return missing > LONGEST_COMPLETION ? undefined : join(bytes, new Uint8Array(missing));
}

/** The case as it is put to the broker; `undefined` if it is none for a broker. */
function judgedCase(recorded: RecordedCase): JudgedCase | undefined {
  const { name, protocolVersion, legal, options } = recorded;
  if (Object.keys(options).some((option) => !ROLES_AND_STATES.includes(option))) return undefined;
  const { role = 'server', state } = options;
  if (role !== 'server' || state === 'unchecked') return undefined;
  const bytes = completed(hex(recorded.frame));
  if (bytes === undefined) return undefined;
  const type = (bytes[0] as number) >> 4;
  if (FROM_SERVER.includes(type) && options.role !== 'server') return undefined;
  const insists = typeof options.protocolVersion === 'number';
  const version = insists ? (options.protocolVersion as ProtocolVersion) : protocolVersion;
  if (type === AUTH && version === 5) return undefined;
  if (type === CONNECT && insists) return undefined;
  // What stands before the frame is not recorded; the statements about CONNECT say it.
  const first = name.startsWith('MQTT-3.1.0-1:') && state !== 'open';
  const second = name.startsWith('MQTT-3.1.0-2:') || state === 'open';
  return { name, version, legal, bytes, behindConnect: second || !(first || type === CONNECT) };
}

/** The frames of the published walkthroughs, as cases. */
function referenceCases(): RecordedCase[] {
  const url = new URL('../vectors/reference-frames.json', import.meta.url);
  const file = JSON.parse(readFileSync(url, 'utf8')) as Record<
    'frames' | 'malformed',
    readonly { readonly source: string; readonly name: string; readonly hex: string }[]
  >;
  return (['frames', 'malformed'] as const).flatMap((kind) =>
    file[kind].map(({ source, name, hex }) => ({
      name: `reference frames: ${source} ${name}`,
      protocolVersion: 4 as const,
      legal: kind === 'frames',
      frame: hex,
      options: {},
    })),
  );
}

function describeCase({ name, version, bytes }: JudgedCase, verdict: string): string {
  const text = Buffer.from(bytes).toString('hex');
  const shown = text.length > 120 ? `${text.slice(0, 120)}… of ${bytes.length} bytes` : text;
  return `MQTT ${version}: ${name}: Mosquitto ${verdict} ${shown}`;
}

function waives(waiver: Waiver, { name, version }: JudgedCase, verdict: Verdict): boolean {
  const { versions, names, mosquitto } = waiver;
  return versions.includes(version) && mosquitto === verdict && names.test(name);
}

describe.skipIf(!hasMosquitto)('Mosquitto and the conformance tables', () => {
  let broker: Mosquitto | undefined;
  let watcher: WillWatcher | undefined;
  const cases: JudgedCase[] = [];
  const disagreements: { readonly judged: JudgedCase; readonly verdict: Verdict }[] = [];
  const failures: string[] = [];

  beforeAll(async () => {
    const mosquitto = await startMosquitto({ anonymous: true });
    broker = mosquitto;
    const { port } = mosquitto;
    const willWatcher = await WillWatcher.start(port);
    watcher = willWatcher;
    const recorded = await recordedCases();
    for (const recordedCase of [...recorded, ...referenceCases()]) {
      const judged = judgedCase(recordedCase);
      if (judged !== undefined) cases.push(judged);
    }
    const waiting = cases.values();
    const judge = async (): Promise<void> => {
      for (const judged of waiting) {
        try {
          const verdict = await verdictOn(judged, port, willWatcher);
          if (verdict !== (judged.legal ? 'accepts' : 'refuses')) {
            disagreements.push({ judged, verdict });
          }
        } catch (error) {
          failures.push(`${describeCase(judged, 'is asked about')}: ${String(error)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, judge));
  });
  afterAll(async () => {
    watcher?.destroy();
    await broker?.stop();
  });

  test('every case came to a verdict', () => {
    expect(failures).toEqual([]);
  });

  test.each([4, 5] as const)(
    'legal and illegal frames of every type were judged: version %i',
    (version) => {
      for (const legal of [true, false]) {
        const types = cases
          .filter((judged) => judged.version === version && judged.legal === legal)
          .map(({ bytes }) => (bytes[0] as number) >> 4);
        expect(new Set(types)).toEqual(new Set([...types, ...FROM_CLIENT]));
      }
    },
  );

  test('it agrees with the tables, but for the waivers', () => {
    const unwaived = disagreements.filter(
      ({ judged, verdict }) => !WAIVERS.some((waiver) => waives(waiver, judged, verdict)),
    );
    expect(unwaived.map(({ judged, verdict }) => describeCase(judged, verdict)).sort()).toEqual([]);
  });

  // Another version of Mosquitto may well know better.
  test.skipIf(!hasMosquitto || mosquittoVersion() !== WAIVED_VERSION)(
    'every waiver is needed',
    () => {
      const idle = WAIVERS.flatMap((waiver) =>
        waiver.versions
          .filter(
            (version) =>
              !disagreements.some(
                ({ judged, verdict }) =>
                  judged.version === version && waives(waiver, judged, verdict),
              ),
          )
          .map((version) => `MQTT ${version}: ${waiver.names.source}: ${waiver.reason}`),
      );
      expect(idle).toEqual([]);
    },
  );
});
