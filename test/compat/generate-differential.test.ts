/** Any packet: the bytes of mqtt-packet where it is right, its text where it refuses, whether it is generated or written. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generated, type Loose, messageOf, Recorder, theirs, written } from './writing-support.js';

const RUNS = Number(process.env.FAST_CHECK_RUNS ?? 400);

const text = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
  // Lone surrogates as well: they become U+FFFD.
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('a/b/c', '', 'é', '\ud800', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(3000)),
);
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const textOrBytes = fc.oneof(text, bytes);
const uint16 = fc.oneof(fc.integer({ min: 0, max: 65_535 }), fc.constantFrom(0, 255, 256, 65_535));
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const byte = fc.integer({ min: 0, max: 255 });
const qos = fc.constantFrom(0, 1, 2);
const orNot = <T>(value: fc.Arbitrary<T>) => fc.oneof(value, fc.constant(undefined));
const oneOrMore = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }));
const flag = fc.constantFrom(true, false, undefined, 0, 1);

const userProperties = fc
  .dictionary(text, fc.oneof(oneOrMore(text), fc.integer(), fc.boolean()), {
    minKeys: 1,
    maxKeys: 4,
  })
  .map((pairs) => pairs as Loose);

/** Properties of whatever packet, in any order: neither of the two looks at what belongs where. */
const properties = fc
  .record(
    {
      sessionExpiryInterval: uint32,
      receiveMaximum: uint16,
      maximumQoS: byte,
      retainAvailable: fc.boolean(),
      payloadFormatIndicator: fc.boolean(),
      contentType: oneOrMore(text),
      correlationData: textOrBytes,
      subscriptionIdentifier: oneOrMore(fc.integer({ min: 0, max: 268_435_455 })),
      userProperties,
      reasonString: orNot(text),
    },
    { requiredKeys: [] },
  )
  .chain((record) =>
    fc
      .shuffledSubarray(Object.entries(record))
      .map((entries): Loose => Object.fromEntries(entries)),
  );
const anyProperties = fc.oneof(properties, fc.constantFrom(undefined, {}, []));

const connect = fc
  .record({
    cmd: fc.constant('connect'),
    protocolVersion: fc.constantFrom(3, 4, 5),
    protocolId: fc.constantFrom('MQTT', 'MQIsdp', undefined, '', Buffer.from('MQTT')),
    clientId: textOrBytes.map((id) => (id.length === 0 ? 'c' : id)),
    clean: fc.constantFrom(true, false, undefined),
    keepalive: orNot(uint16),
    username: orNot(textOrBytes),
    password: orNot(textOrBytes),
    properties: anyProperties,
    bridgeMode: fc.boolean(),
    will: orNot(
      fc.record({
        topic: text.map((topic) => topic || 't'),
        payload: orNot(textOrBytes),
        qos: orNot(qos),
        retain: flag,
        properties: anyProperties,
      }),
    ),
  })
  .map((packet) => ({
    ...packet,
    bridgeMode: packet.bridgeMode && packet.protocolVersion < 5,
    password: packet.username === undefined ? undefined : packet.password,
  }));

const acknowledgement = fc.record({
  cmd: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp'),
  messageId: uint16,
  reasonCode: orNot(byte),
  properties: anyProperties,
});

const publish = fc.record({
  cmd: fc.constant('publish'),
  topic: textOrBytes,
  payload: fc.oneof(orNot(textOrBytes), fc.integer({ min: 0, max: 9000 }).map(Buffer.alloc)),
  qos: orNot(fc.oneof(qos, fc.constantFrom('1', '2'))),
  dup: flag,
  retain: flag,
  messageId: uint16,
  properties: anyProperties,
});

const list = fc.record({
  cmd: fc.constantFrom('subscribe', 'unsubscribe', 'suback', 'unsuback'),
  messageId: uint16,
  properties: anyProperties,
  subscriptions: fc.array(
    fc.record({
      topic: text,
      qos,
      nl: orNot(fc.boolean()),
      rap: orNot(fc.boolean()),
      rh: orNot(fc.constantFrom(0, 1, 2)),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  unsubscriptions: fc.array(text, { minLength: 1, maxLength: 4 }),
  granted: fc.array(byte, { minLength: 1, maxLength: 4 }),
});

const other = fc.record({
  cmd: fc.constantFrom('connack', 'pingreq', 'pingresp', 'disconnect'),
  returnCode: byte,
  reasonCode: byte,
  sessionPresent: flag,
  properties: anyProperties,
});

const auth = fc.record({
  cmd: fc.constant('auth'),
  reasonCode: orNot(byte),
  properties: anyProperties,
});

const options = fc.constantFrom(
  undefined,
  {},
  { protocolVersion: 3 },
  { protocolVersion: 4 },
  { protocolVersion: 5 },
  { protocolVersion: 5 },
);

type Case = readonly [Loose, object | undefined];

const valid: fc.Arbitrary<Case> = fc.oneof(
  fc.tuple(fc.oneof(connect, acknowledgement, publish, list, other), options),
  fc.tuple(auth, fc.constant({ protocolVersion: 5 })),
) as fc.Arbitrary<Case>;

describe('a packet that is right', () => {
  test('has the same bytes', () => {
    fc.assert(
      fc.property(valid, ([packet, opts]) => {
        expect(generated(packet, opts)).toBe(theirs(packet, opts));
      }),
      { numRuns: 5 * RUNS },
    );
  });

  test('is written as it is generated, again and again', () => {
    fc.assert(
      fc.property(valid, ([packet, opts]) => {
        const frame = generated(packet, opts);
        for (let i = 0; i < 3; i++) {
          const stream = new Recorder();
          expect(written(packet, stream, opts)).toBe(true);
          expect(stream.hex).toBe(frame);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

/** Values of no use to anyone, of which mqtt-packet says so: it does of those that are no text, no bytes and no number. */
const useless = fc.constantFrom<unknown>(true, 'text', -1, 65_537.5, () => 1);

/** Fields whose type is looked at before anything else is done with them. */
const CHECKED = [
  'protocolVersion',
  'keepalive',
  'messageId',
  'topic',
  'username',
  'will',
  'subscriptions',
  'unsubscriptions',
  'granted',
  'returnCode',
  'cmd',
] as const;

/** A number as messageId is left alone: of that only we say that it is wrong, and so before mqtt-packet finds what else is. */
const change = fc
  .tuple(fc.constantFrom(...CHECKED), useless)
  .filter(([field, value]) => field !== 'messageId' || typeof value !== 'number');

const spoiled: fc.Arbitrary<Case> = fc
  .tuple(valid, fc.array(change, { minLength: 1 }))
  .map(([[packet, opts], changes]) => [{ ...packet, ...Object.fromEntries(changes) }, opts]);

test('a packet that is spoiled is refused with the same text, if mqtt-packet refuses it', () => {
  let refused = 0;
  fc.assert(
    fc.property(spoiled, ([packet, opts]) => {
      const text = messageOf(() => theirs(packet, opts));
      if (!/^(Invalid|Unknown|Username|clientId)/.test(text)) return;
      refused++;
      expect(messageOf(() => generated(packet, opts))).toBe(text);
    }),
    { numRuns: 5 * RUNS },
  );
  expect(refused).toBeGreaterThan(RUNS);
});

test('no packet is changed', () => {
  fc.assert(
    fc.property(valid, ([packet, opts]) => {
      const before = structuredClone(packet);
      generated(packet, { ...opts, properties: { maximumPacketSize: 20 } });
      expect(structuredClone(packet)).toEqual(before);
    }),
    { numRuns: RUNS },
  );
});
