/**
 * A case of the mutation fuzzer. Its first values choose role, version, options and how the stream is
 * cut; then come packets, and what is done to their bytes.
 */
import fc from 'fast-check';
import type { DecoderOptions } from '../../src/decoder/options.js';
import { encode } from '../../src/encoder/encoder.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { cuts, type Mutation, mutate, mutations, packet } from '../support/arbitraries.js';
import { packet5 } from '../support/arbitraries-5.js';
import { join } from '../support/hex.js';

export interface FuzzCase {
  readonly options: DecoderOptions;
  /** Where to cut the stream, in fractions of its length; `bytes`: everywhere. */
  readonly splits: readonly number[] | 'bytes';
  readonly packets: readonly ControlPacket[];
  readonly mutations: readonly Mutation[];
  /** Bytes behind the packets that nobody encoded. */
  readonly garbage: Uint8Array;
}

/** Now and then one of the values, mostly nothing: a case should not end at its first byte. */
function sometimes<T>(...values: readonly T[]): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: 7, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...values) },
  );
}

const NOT_FOR_CLIENTS: readonly string[] = ['state', 'maximumQoS', 'retainAvailable'];

const options: fc.Arbitrary<DecoderOptions> = fc
  .record({
    role: fc.constantFrom('any', 'server', 'client'),
    protocolVersion: fc.constantFrom('auto', 'auto', 5, 5, 5, 4, 3),
    state: sometimes('open', 'unchecked'),
    maximumPacketSize: sometimes(2, 64, 1000, 70_000),
    maximumConnectPacketSize: sometimes(30, 100),
    maximumListPacketSize: sometimes(16, 100),
    text: sometimes('reject'),
    utf8: sometimes('off'),
    minimalRemainingLength: sometimes(true, false),
    topicAliasMaximum: sometimes(0, 1, 1000),
    resolveTopicAliases: sometimes(true),
    maximumQoS: sometimes(0, 1),
    retainAvailable: sometimes(false),
    checkPayloadFormat: sometimes(true),
    publishPartsAbove: sometimes(2, 20, 300),
  })
  .map((record) => {
    const { topicAliasMaximum = record.resolveTopicAliases ? 65_535 : undefined } = record;
    const all = Object.entries({ ...record, topicAliasMaximum }).filter(
      ([name, value]) =>
        value !== undefined && !(record.role === 'client' && NOT_FOR_CLIENTS.includes(name)),
    );
    return Object.fromEntries(all) as DecoderOptions;
  });

const splits: fc.Arbitrary<FuzzCase['splits']> = fc.oneof(
  { weight: 4, arbitrary: cuts },
  { weight: 1, arbitrary: fc.constant('bytes') },
);

const FROM_CLIENT = new Set(['CONNECT', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PINGREQ']);
const FROM_SERVER = new Set(['CONNACK', 'SUBACK', 'UNSUBACK', 'PINGRESP']);

/** Packets as a peer of that version would send them, a CONNECT in front where one is due; now and then any at all. */
function packetsFor({
  protocolVersion,
  role,
  state,
}: DecoderOptions): fc.Arbitrary<ControlPacket[]> {
  const ofVersion = (any: fc.Arbitrary<ControlPacket>): fc.Arbitrary<ControlPacket[]> => {
    const fits = any.filter(
      ({ type }) =>
        !(role === 'server' ? FROM_SERVER : FROM_CLIENT).has(type) &&
        !(role !== 'client' && type === 'CONNECT'),
    );
    const connect = any.filter(
      (packet) =>
        packet.type === 'CONNECT' &&
        (typeof protocolVersion !== 'number' || packet.protocolLevel === protocolVersion),
    );
    const good = fc.array(role === 'any' ? any : fits, { minLength: 1, maxLength: 6 });
    const isConnectDue = role === 'server' ? state === undefined : protocolVersion === 'auto';
    const usual = isConnectDue
      ? fc.tuple(connect, good).map(([first, others]) => [first, ...others])
      : good;
    return fc.oneof(
      { weight: 9, arbitrary: usual },
      { weight: 1, arbitrary: fc.array(any, { minLength: 1, maxLength: 6 }) },
    );
  };
  if (protocolVersion === 5) return ofVersion(packet5);
  if (protocolVersion !== 'auto') return ofVersion(packet);
  return fc.oneof(ofVersion(packet), ofVersion(packet5));
}

/** Any case. Half of them leave the bytes as the encoder made them. */
export const fuzzCase: fc.Arbitrary<FuzzCase> = options.chain((options) =>
  fc.record({
    options: fc.constant(options),
    splits,
    packets: packetsFor(options),
    mutations: fc.oneof(fc.constant([]), mutations),
    garbage: fc.oneof(
      { weight: 3, arbitrary: fc.constant(new Uint8Array(0)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) },
    ),
  }),
);

/** The version that a packet is written in. */
function encoded(packet: ControlPacket, { protocolVersion }: DecoderOptions): Uint8Array {
  const isMqtt5 =
    protocolVersion === 5 ||
    packet.type === 'AUTH' ||
    ('properties' in packet && packet.properties !== undefined) ||
    ('reasonCode' in packet && packet.reasonCode !== undefined) ||
    ('reasonCodes' in packet && packet.reasonCodes !== undefined) ||
    (packet.type === 'SUBSCRIBE' && packet.subscriptions[0]?.noLocal !== undefined);
  return packet.type === 'CONNECT' || !isMqtt5
    ? encode(packet)
    : encode(packet, { protocolVersion: 5, sendDoubtfulReasonCodes: true });
}

/** The bytes of a case. */
export function streamOf({ packets, mutations, garbage, options }: FuzzCase): Uint8Array {
  const bytes = join(...packets.map((packet) => encoded(packet, options)));
  return join(mutate(bytes, mutations), garbage);
}
