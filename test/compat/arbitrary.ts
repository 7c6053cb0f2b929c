/** Packets as mqtt-packet's `generate()` takes them. */
import fc from 'fast-check';
import type { Packet } from 'mqtt-packet';

export type Version = 3 | 4 | 5;

const id = fc.integer({ min: 1, max: 65_535 });
const text = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .map((value) => value.replace(/[\0+#]/g, '_'));
const topic = fc
  .array(fc.constantFrom('plant', 'ä', '7', 'zehn'), { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'));
const filter = fc.oneof(topic, fc.constantFrom('#', '+/a', 'a/+/#', '+'));
const payload = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const qos = fc.constantFrom(0, 1, 2);
const flag = fc.boolean();
const uint16 = fc.integer({ min: 0, max: 65_535 });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });

const userProperties = fc.dictionary(
  text,
  fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 })),
  { minKeys: 1, maxKeys: 3 },
);

/** Only what is there: a key with `undefined` is one that was left out. */
function some(
  fields: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(fields, { requiredKeys: [] });
}

const diagnostics = some({ reasonString: text, userProperties });

const PROPERTIES = {
  publish: some({
    payloadFormatIndicator: flag,
    messageExpiryInterval: uint32,
    topicAlias: id,
    responseTopic: topic,
    correlationData: payload,
    userProperties,
    subscriptionIdentifier: fc.oneof(id, fc.array(id, { minLength: 2, maxLength: 3 })),
    contentType: text,
  }),
  connect: some({
    sessionExpiryInterval: uint32,
    receiveMaximum: id,
    maximumPacketSize: id,
    topicAliasMaximum: uint16,
    requestResponseInformation: flag,
    requestProblemInformation: flag,
    userProperties,
    authenticationMethod: text,
  }),
  connack: some({
    sessionExpiryInterval: uint32,
    receiveMaximum: id,
    maximumQoS: fc.constantFrom(0, 1),
    retainAvailable: flag,
    maximumPacketSize: id,
    assignedClientIdentifier: text,
    topicAliasMaximum: uint16,
    reasonString: text,
    userProperties,
    wildcardSubscriptionAvailable: flag,
    subscriptionIdentifiersAvailable: flag,
    sharedSubscriptionAvailable: flag,
    serverKeepAlive: uint16,
    responseInformation: text,
    serverReference: text,
    authenticationMethod: text,
  }),
  will: some({
    willDelayInterval: uint32,
    payloadFormatIndicator: flag,
    contentType: text,
    responseTopic: topic,
    userProperties,
  }),
  subscribe: some({ subscriptionIdentifier: id, userProperties }),
  disconnect: some({ sessionExpiryInterval: uint32, reasonString: text, userProperties }),
  auth: some({ reasonString: text, userProperties }).map((some) => ({
    authenticationMethod: 'SCRAM',
    ...some,
  })),
};

function connectOf(version: Version): fc.Arbitrary<Record<string, unknown>> {
  const v5 = version === 5;
  return fc.record(
    {
      cmd: fc.constant('connect'),
      protocolId: fc.constant(version === 3 ? 'MQIsdp' : 'MQTT'),
      protocolVersion: fc.constant(version),
      clean: flag,
      keepalive: uint16,
      clientId: text,
      will: fc.record({
        topic,
        payload: payload.filter(({ length }) => length > 0),
        qos,
        retain: flag,
        ...(v5 ? { properties: PROPERTIES.will } : {}),
      }),
      username: text,
      ...(v5 ? { properties: PROPERTIES.connect } : {}),
    },
    { requiredKeys: ['cmd', 'protocolId', 'protocolVersion', 'clientId', 'clean', 'keepalive'] },
  );
}

/** Packets of a version that no rule speaks against; without CONNECT. */
export function packetOf(version: Version): fc.Arbitrary<Packet> {
  const v5 = version === 5;
  const withProperties = (properties: fc.Arbitrary<Record<string, unknown>>) =>
    v5 ? { properties } : {};
  const acknowledgement = (cmd: string, codes: readonly number[]) =>
    fc.record({
      cmd: fc.constant(cmd),
      messageId: id,
      ...(v5 ? { reasonCode: fc.constantFrom(...codes), properties: diagnostics } : {}),
    });
  const publish = fc
    .record({
      cmd: fc.constant('publish'),
      topic,
      payload,
      qos,
      retain: flag,
      dup: flag,
      messageId: id,
      ...withProperties(PROPERTIES.publish),
    })
    .map((packet) => (packet.qos === 0 ? { ...packet, dup: false } : packet));
  const subscription = fc.record({
    topic: filter,
    qos,
    ...(v5 ? { nl: flag, rap: flag, rh: fc.constantFrom(0, 1, 2) } : {}),
  });
  const connack = v5
    ? fc.record({
        cmd: fc.constant('connack'),
        sessionPresent: fc.constant(false),
        reasonCode: fc.constantFrom(0, 0x87),
        properties: PROPERTIES.connack,
      })
    : fc.record({
        cmd: fc.constant('connack'),
        sessionPresent: fc.constant(false),
        returnCode: fc.constantFrom(0, 1, 5),
      });
  return fc.oneof(
    publish,
    publish,
    connack,
    acknowledgement('puback', [0, 0x10, 0x87]),
    acknowledgement('pubrec', [0, 0x10, 0x97]),
    acknowledgement('pubrel', [0, 0x92]),
    acknowledgement('pubcomp', [0, 0x92]),
    fc.record({
      cmd: fc.constant('subscribe'),
      messageId: id,
      subscriptions: fc.array(subscription, { minLength: 1, maxLength: 3 }),
      ...withProperties(PROPERTIES.subscribe),
    }),
    fc.record({
      cmd: fc.constant('suback'),
      messageId: id,
      granted: fc.array(fc.constantFrom(0, 1, 2, 128), { minLength: 1, maxLength: 3 }),
      ...withProperties(diagnostics),
    }),
    fc.record({
      cmd: fc.constant('unsubscribe'),
      messageId: id,
      unsubscriptions: fc.array(filter, { minLength: 1, maxLength: 3 }),
      ...withProperties(some({ userProperties })),
    }),
    fc.record({
      cmd: fc.constant('unsuback'),
      messageId: id,
      granted: fc.array(fc.constantFrom(0, 0x11, 0x80), { minLength: 1, maxLength: 3 }),
      ...withProperties(diagnostics),
    }),
    fc.constantFrom({ cmd: 'pingreq' }, { cmd: 'pingresp' }),
    v5
      ? fc.record({
          cmd: fc.constant('disconnect'),
          reasonCode: fc.constantFrom(0, 0x81, 0x8e),
          properties: PROPERTIES.disconnect,
        })
      : fc.constant({ cmd: 'disconnect' }),
    ...(v5
      ? [
          fc.record({
            cmd: fc.constant('auth'),
            reasonCode: fc.constantFrom(0x18, 0x19),
            properties: PROPERTIES.auth,
          }),
        ]
      : []),
  ) as unknown as fc.Arbitrary<Packet>;
}

/** A CONNECT. */
export function connectPacketOf(version: Version): fc.Arbitrary<Packet> {
  return connectOf(version) as unknown as fc.Arbitrary<Packet>;
}
