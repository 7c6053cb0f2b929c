/** Generators of packets, streams and chunkings for property tests. */
import fc from 'fast-check';
import { utf8Length } from '../../src/bytes.js';
import type { ControlPacket, Will } from '../../src/protocol/packets.js';

const fits = (text: string): boolean => utf8Length(text) <= 65_535;

/** Text that MQTT can carry: well-formed, without U+0000. Mostly short, sometimes long, often not ASCII. */
export const text: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
    { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 200 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 200, maxLength: 400 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('\u{feff}bom', '\u{10ffff}', '\u{ffff}', '\u{7f}\u{1}'),
    },
    { weight: 1, arbitrary: fc.integer({ min: 65_000, max: 65_535 }).map((n) => 'x'.repeat(n)) },
  )
  .map((value) => value.replaceAll('\0', '0'))
  .filter(fits);

/** A Topic Name. */
export const topicName: fc.Arbitrary<string> = text
  .map((value) => value.replaceAll(/[+#]/g, '/'))
  .map((value) => (value === '' ? '/' : value));

const level = fc.oneof(
  { weight: 2, arbitrary: fc.constant('+') },
  {
    weight: 5,
    arbitrary: fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .map((value) => value.replaceAll(/[\0+#/]/g, '-')),
  },
);

/** A Topic Filter, with wildcards where they may stand. */
export const topicFilter: fc.Arbitrary<string> = fc
  .tuple(fc.array(level, { maxLength: 6 }), fc.boolean())
  .map(([levels, all]) => [...levels, ...(all ? ['#'] : [])].join('/'))
  .filter((filter) => filter !== '');

export const binary: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 64 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 100, maxLength: 300 }) },
);

/** A payload; now and then one that takes three bytes of Remaining Length, or fills a scan window. */
export const payload: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 30, arbitrary: binary },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 16_000, max: 200_000 }), fc.integer({ min: 0, max: 255 }))
      .map(([length, byte]) => new Uint8Array(length).fill(byte)),
  },
);

const packetIdentifier = fc.integer({ min: 1, max: 65_535 });
const qos = fc.constantFrom(0, 1, 2);

const will: fc.Arbitrary<Will> = fc.record({
  qos,
  retain: fc.boolean(),
  topic: topicName,
  payload: binary,
});

const connect = fc
  .record({
    protocolLevel: fc.constantFrom(3, 4),
    bridge: fc.boolean(),
    cleanSession: fc.boolean(),
    keepAlive: fc.integer({ min: 0, max: 65_535 }),
    clientIdentifier: text,
    will: fc.option(will, { nil: undefined }),
    userName: fc.option(text, { nil: undefined }),
    password: fc.option(binary, { nil: undefined }),
  })
  .map(({ will, userName, password, ...rest }): ControlPacket => {
    const mayBeEmpty = rest.protocolLevel === 4 && rest.cleanSession;
    return {
      type: 'CONNECT',
      ...rest,
      protocolName: rest.protocolLevel === 3 ? 'MQIsdp' : 'MQTT',
      clientIdentifier: rest.clientIdentifier === '' && !mayBeEmpty ? 'id' : rest.clientIdentifier,
      ...(will === undefined ? {} : { will }),
      ...(userName === undefined ? {} : { userName }),
      ...(password === undefined || userName === undefined ? {} : { password }),
    };
  });

const connack = fc.constantFrom(0, 1, 2, 3, 4, 5).chain((returnCode) =>
  fc.boolean().map(
    (present): ControlPacket => ({
      type: 'CONNACK',
      sessionPresent: present && returnCode === 0,
      returnCode,
    }),
  ),
);

const publish = fc
  .record({
    topic: topicName,
    payload,
    retain: fc.boolean(),
    qos,
    dup: fc.boolean(),
    packetIdentifier,
  })
  .map(
    ({ qos, dup, packetIdentifier, ...rest }): ControlPacket =>
      qos === 0
        ? { type: 'PUBLISH', ...rest, qos, dup: false }
        : { type: 'PUBLISH', ...rest, qos, dup, packetIdentifier },
  );

const acknowledgement = fc
  .tuple(fc.constantFrom('PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'UNSUBACK'), packetIdentifier)
  .map(([type, packetIdentifier]): ControlPacket => ({ type, packetIdentifier }));

const subscribe = fc
  .tuple(
    packetIdentifier,
    fc.array(fc.record({ topicFilter, qos }), { minLength: 1, maxLength: 8 }),
  )
  .map(
    ([packetIdentifier, subscriptions]): ControlPacket => ({
      type: 'SUBSCRIBE',
      packetIdentifier,
      subscriptions,
    }),
  );

const suback = fc
  .tuple(
    packetIdentifier,
    fc.array(fc.constantFrom(0, 1, 2, 0x80), { minLength: 1, maxLength: 20 }),
  )
  .map(
    ([packetIdentifier, returnCodes]): ControlPacket => ({
      type: 'SUBACK',
      packetIdentifier,
      returnCodes: returnCodes as (0 | 1 | 2 | 0x80)[],
    }),
  );

const unsubscribe = fc
  .tuple(packetIdentifier, fc.array(topicFilter, { minLength: 1, maxLength: 8 }))
  .map(
    ([packetIdentifier, topicFilters]): ControlPacket => ({
      type: 'UNSUBSCRIBE',
      packetIdentifier,
      topicFilters,
    }),
  );

const empty = fc
  .constantFrom('PINGREQ', 'PINGRESP', 'DISCONNECT')
  .map((type): ControlPacket => ({ type }));

/** Any of the fourteen packets. */
export const packet: fc.Arbitrary<ControlPacket> = fc.oneof(
  { weight: 3, arbitrary: connect },
  { weight: 1, arbitrary: connack },
  { weight: 6, arbitrary: publish },
  { weight: 3, arbitrary: acknowledgement },
  { weight: 2, arbitrary: subscribe },
  { weight: 1, arbitrary: suback },
  { weight: 2, arbitrary: unsubscribe },
  { weight: 1, arbitrary: empty },
);

/**
 * A place in a stream, from 0 up to but not including 1. All places are alike: `fc.double()` would choose among
 * floating-point numbers, of which most are next to 0, and hit the first byte nearly always.
 */
const fraction = fc.noBias(fc.nat(999_999)).map((millionths) => millionths / 1_000_000);

/** How to cut a stream: fractions of its length, so that they fit streams of any length. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.oneof(
  { weight: 1, arbitrary: fc.constant([]) },
  {
    weight: 4,
    arbitrary: fc.array(fraction, { maxLength: 12 }),
  },
);

/** The offsets of `fractions` in a stream of `length` bytes, rising. */
export function offsetsOf(fractions: readonly number[], length: number): number[] {
  return fractions.map((fraction) => Math.floor(fraction * length)).sort((a, b) => a - b);
}

/** One change to a stream. */
export interface Mutation {
  readonly kind: 'set' | 'flip' | 'insert' | 'delete' | 'cut';
  readonly at: number;
  readonly value: number;
}

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('set', 'flip', 'flip', 'insert', 'delete', 'cut'),
    at: fraction,
    value: fc.integer({ min: 0, max: 255 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** `bytes` with the mutations applied one after the other. */
export function mutate(bytes: Uint8Array, changes: readonly Mutation[]): Uint8Array {
  let result = Array.from(bytes);
  for (const { kind, at, value } of changes) {
    const index = Math.floor(at * result.length);
    if (kind === 'set') result[index] = value;
    else if (kind === 'flip') result[index] = (result[index] ?? 0) ^ (1 << (value & 7));
    else if (kind === 'insert') result.splice(index, 0, value);
    else if (kind === 'delete') result.splice(index, 1 + (value & 3));
    else result = result.slice(0, index);
  }
  return Uint8Array.from(result);
}
