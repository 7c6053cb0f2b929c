/** Generators of packets of MQTT 5.0 for property tests. */
import fc from 'fast-check';
import type { ControlPacket, Subscription, Will } from '../../src/protocol/packets.js';
import {
  PROPERTY_NAMES,
  type PropertiesOf,
  type PropertyHolder,
  type PropertyName,
  propertyMaximum,
  propertyRow,
} from '../../src/protocol/properties.js';
import {
  REASON_CODE_SETS,
  type ReasonCode,
  type ReasonCodePacketType,
} from '../../src/protocol/reason-codes.js';
import { binary, payload, text, topicFilter, topicName } from './arbitraries.js';

const packetIdentifier = fc.integer({ min: 1, max: 65_535 });
const qos = fc.constantFrom(0, 1, 2);

/** Text that is mostly short: a packet has many. */
const shortText = fc.oneof(
  { weight: 5, arbitrary: text.filter((value) => value.length < 50) },
  { weight: 1, arbitrary: fc.constant('') },
);
const shortTopicName = topicName.filter((value) => value.length < 50);

/** Integers from `minimum` to `maximum`, often at the ends and where an encoding gets longer. */
function integer(minimum: number, maximum: number): fc.Arbitrary<number> {
  const borders = [minimum, 0x7f, 0x80, 0x3fff, 0x4000, 0x1f_ffff, 0x20_0000, maximum].filter(
    (value) => value >= minimum && value <= maximum,
  );
  return fc.oneof(fc.constantFrom(...borders), fc.integer({ min: minimum, max: maximum }));
}

function propertyValue(name: PropertyName): fc.Arbitrary<unknown> {
  const row = propertyRow(name);
  const one = ((): fc.Arbitrary<unknown> => {
    switch (row.type) {
      case 'flag':
        return fc.boolean();
      case 'text':
        return shortText;
      case 'topic-name':
        return shortTopicName;
      case 'binary':
        return binary;
      case 'text-pair':
        return fc.tuple(
          fc.oneof(shortText, fc.constantFrom('__proto__', 'constructor', 'toString')),
          shortText,
        );
      default:
        return integer(row.minimum ?? 0, propertyMaximum(row));
    }
  })();
  return row.repeats ? fc.array(one, { minLength: 1, maxLength: 4 }) : one;
}

/** Properties that `holder` may carry, in any order; nothing where there are none. */
function properties<Holder extends PropertyHolder>(
  holder: Holder,
): fc.Arbitrary<{ readonly properties?: PropertiesOf<Holder> }> {
  const names = PROPERTY_NAMES.filter((name) => propertyRow(name).packets.includes(holder));
  return fc
    .oneof(
      { weight: 1, arbitrary: fc.constant([] as PropertyName[]) },
      {
        weight: 3,
        arbitrary: fc.shuffledSubarray(names, { maxLength: Math.min(5, names.length) }),
      },
      { weight: 1, arbitrary: fc.shuffledSubarray(names) },
    )
    .map((some) => {
      const missing = some
        .map((name) => propertyRow(name).needs)
        .filter((name) => name !== undefined && !some.includes(name));
      return [...some, ...missing] as PropertyName[];
    })
    .chain((some) =>
      some.length === 0
        ? fc.constant({})
        : fc.tuple(...some.map(propertyValue)).map((values) => ({
            properties: Object.fromEntries(
              some.map((name, index) => [name, values[index]]),
            ) as PropertiesOf<Holder>,
          })),
    );
}

function reasonCode<Type extends ReasonCodePacketType>(type: Type): fc.Arbitrary<ReasonCode<Type>> {
  const codes = (REASON_CODE_SETS[type] as readonly ReasonCode<Type>[]).filter(
    (code) => type !== 'DISCONNECT' || code !== 0x8c,
  );
  return fc.oneof(fc.constant(codes[0] as ReasonCode<Type>), fc.constantFrom(...codes));
}

const will: fc.Arbitrary<Will> = fc
  .tuple(qos, fc.boolean(), properties('WILL'), shortTopicName, binary)
  .map(([qos, retain, withProperties, topic, payload]) => ({
    qos,
    retain,
    ...withProperties,
    topic,
    payload,
  }));

const connect = fc
  .record({
    cleanStart: fc.boolean(),
    keepAlive: fc.integer({ min: 0, max: 65_535 }),
    withProperties: properties('CONNECT'),
    clientIdentifier: shortText,
    will: fc.option(will, { nil: undefined }),
    userName: fc.option(shortText, { nil: undefined }),
    password: fc.option(binary, { nil: undefined }),
  })
  .map(
    ({ withProperties, clientIdentifier, will, userName, password, ...rest }): ControlPacket => ({
      type: 'CONNECT',
      protocolName: 'MQTT',
      protocolLevel: 5,
      ...rest,
      ...withProperties,
      clientIdentifier,
      ...(will === undefined ? {} : { will }),
      ...(userName === undefined ? {} : { userName }),
      ...(password === undefined ? {} : { password }),
    }),
  );

const connack = fc.tuple(fc.boolean(), reasonCode('CONNACK'), properties('CONNACK')).map(
  ([present, reasonCode, withProperties]): ControlPacket => ({
    type: 'CONNACK',
    sessionPresent: present && reasonCode === 0,
    reasonCode,
    ...withProperties,
  }),
);

/** A PUBLISH; now and then its Topic Name is empty, and there is a Topic Alias. */
const publish = fc
  .record({
    topic: fc.oneof({ weight: 6, arbitrary: topicName }, { weight: 1, arbitrary: fc.constant('') }),
    payload,
    retain: fc.boolean(),
    qos,
    dup: fc.boolean(),
    packetIdentifier,
    withProperties: properties('PUBLISH'),
    alias: fc.integer({ min: 1, max: 65_535 }),
  })
  .map(({ qos, dup, packetIdentifier, withProperties, alias, topic, ...rest }): ControlPacket => {
    const given = withProperties.properties;
    const properties =
      topic === '' && given?.topicAlias === undefined ? { ...given, topicAlias: alias } : given;
    const all = { topic, ...rest, ...(properties === undefined ? {} : { properties }) };
    return qos === 0
      ? { type: 'PUBLISH', ...all, qos, dup: false }
      : { type: 'PUBLISH', ...all, qos, dup, packetIdentifier };
  });

const acknowledgement = fc
  .constantFrom('PUBACK' as const, 'PUBREC' as const, 'PUBREL' as const, 'PUBCOMP' as const)
  .chain((type) =>
    fc
      .tuple(packetIdentifier, reasonCode(type), properties(type))
      .map(
        ([packetIdentifier, reasonCode, withProperties]) =>
          ({ type, packetIdentifier, reasonCode, ...withProperties }) as ControlPacket,
      ),
  );

const subscription: fc.Arbitrary<Subscription> = fc
  .record({
    topicFilter: fc.oneof(
      { weight: 4, arbitrary: topicFilter.filter((filter) => !filter.startsWith('$share')) },
      { weight: 1, arbitrary: topicFilter.map((filter) => `$share/group/${filter}`) },
    ),
    qos,
    noLocal: fc.boolean(),
    retainAsPublished: fc.boolean(),
    retainHandling: fc.constantFrom(0, 1, 2),
  })
  .map((one) => ({ ...one, noLocal: one.noLocal && !one.topicFilter.startsWith('$share/') }));

const subscribe = fc
  .tuple(
    packetIdentifier,
    properties('SUBSCRIBE'),
    fc.array(subscription, { minLength: 1, maxLength: 6 }),
  )
  .map(
    ([packetIdentifier, withProperties, subscriptions]): ControlPacket => ({
      type: 'SUBSCRIBE',
      packetIdentifier,
      ...withProperties,
      subscriptions,
    }),
  );

const unsubscribe = fc
  .tuple(
    packetIdentifier,
    properties('UNSUBSCRIBE'),
    fc.array(
      subscription.map(({ topicFilter }) => topicFilter),
      { minLength: 1, maxLength: 6 },
    ),
  )
  .map(
    ([packetIdentifier, withProperties, topicFilters]): ControlPacket => ({
      type: 'UNSUBSCRIBE',
      packetIdentifier,
      ...withProperties,
      topicFilters,
    }),
  );

const suback = fc
  .tuple(
    packetIdentifier,
    properties('SUBACK'),
    fc.array(reasonCode('SUBACK'), { minLength: 1, maxLength: 20 }),
  )
  .map(
    ([packetIdentifier, withProperties, reasonCodes]): ControlPacket => ({
      type: 'SUBACK',
      packetIdentifier,
      ...withProperties,
      reasonCodes,
    }),
  );

const unsuback = fc
  .tuple(
    packetIdentifier,
    properties('UNSUBACK'),
    fc.array(reasonCode('UNSUBACK'), { minLength: 1, maxLength: 20 }),
  )
  .map(
    ([packetIdentifier, withProperties, reasonCodes]): ControlPacket => ({
      type: 'UNSUBACK',
      packetIdentifier,
      ...withProperties,
      reasonCodes,
    }),
  );

const empty = fc.constantFrom('PINGREQ', 'PINGRESP').map((type): ControlPacket => ({ type }));

const disconnect = fc.tuple(reasonCode('DISCONNECT'), properties('DISCONNECT')).map(
  ([reasonCode, withProperties]): ControlPacket => ({
    type: 'DISCONNECT',
    reasonCode,
    ...withProperties,
  }),
);

const auth = fc
  .tuple(reasonCode('AUTH'), properties('AUTH'), shortText)
  .map(([reasonCode, { properties }, authenticationMethod]): ControlPacket => {
    if (reasonCode === 0 && properties === undefined) return { type: 'AUTH', reasonCode };
    return { type: 'AUTH', reasonCode, properties: { authenticationMethod, ...properties } };
  });

/** Any of the fifteen packets of MQTT 5.0. */
export const packet5: fc.Arbitrary<ControlPacket> = fc.oneof(
  { weight: 3, arbitrary: connect },
  { weight: 2, arbitrary: connack },
  { weight: 6, arbitrary: publish },
  { weight: 3, arbitrary: acknowledgement },
  { weight: 2, arbitrary: subscribe },
  { weight: 1, arbitrary: suback },
  { weight: 2, arbitrary: unsubscribe },
  { weight: 1, arbitrary: unsuback },
  { weight: 1, arbitrary: empty },
  { weight: 2, arbitrary: disconnect },
  { weight: 2, arbitrary: auth },
);
