/**
 * What tshark must find in the frame of a packet: the fields of its dissector, in the order of their bytes.
 * All of it comes from the packet, by the figures of the specification, and nothing from the bytes of
 * the frame, but for the Remaining Length, which must be that of the bytes.
 */
import {
  PACKET_TYPE,
  type PacketType,
  type ProtocolVersion,
} from '../../src/protocol/packet-types.js';
import type {
  AcknowledgementPacket,
  ConnectPacket,
  ControlPacket,
} from '../../src/protocol/packets.js';
import type { PropertyName, PropertyValues } from '../../src/protocol/properties.js';
import { utf8 } from './hex.js';
import type { DissectedField, DissectedFrame } from './tshark.js';

const hexOf = (value: string | Uint8Array): string => Buffer.from(value).toString('hex');
const lengthOf = (value: string | Uint8Array): number => Buffer.from(value).length;
const number = (name: string, value: number | boolean): DissectedField =>
  `mqtt.${name} ${Number(value)}`;
const bytes = (name: string, value: string | Uint8Array): DissectedField =>
  `mqtt.${name} ${hexOf(value)}`;
/** A field behind its length of two bytes. */
const prefixed = (name: string, value: string | Uint8Array): DissectedField[] => [
  number(`${name}_len`, lengthOf(value)),
  bytes(name, value),
];

/** How a property is written, by table 2-4, in the fields of tshark. */
type PropertyKind = 'number' | 'string' | 'pair' | 'content type' | 'topic alias' | 'maximum QoS';

// biome-ignore format: a table
const PROPERTY_FIELDS: Readonly<Record<PropertyName, readonly [identifier: number, kind: PropertyKind]>> = {
  payloadFormatIndicator:          [0x01, 'number'],
  messageExpiryInterval:           [0x02, 'number'],
  contentType:                     [0x03, 'content type'],
  responseTopic:                   [0x08, 'string'],
  correlationData:                 [0x09, 'string'],
  subscriptionIdentifier:          [0x0b, 'number'],
  subscriptionIdentifiers:         [0x0b, 'number'],
  sessionExpiryInterval:           [0x11, 'number'],
  assignedClientIdentifier:        [0x12, 'string'],
  serverKeepAlive:                 [0x13, 'number'],
  authenticationMethod:            [0x15, 'string'],
  authenticationData:              [0x16, 'string'],
  requestProblemInformation:       [0x17, 'number'],
  willDelayInterval:               [0x18, 'number'],
  requestResponseInformation:      [0x19, 'number'],
  responseInformation:             [0x1a, 'string'],
  serverReference:                 [0x1c, 'string'],
  reasonString:                    [0x1f, 'string'],
  receiveMaximum:                  [0x21, 'number'],
  topicAliasMaximum:               [0x22, 'number'],
  topicAlias:                      [0x23, 'topic alias'],
  maximumQoS:                      [0x24, 'maximum QoS'],
  retainAvailable:                 [0x25, 'number'],
  userProperties:                  [0x26, 'pair'],
  maximumPacketSize:               [0x27, 'number'],
  wildcardSubscriptionAvailable:   [0x28, 'number'],
  subscriptionIdentifierAvailable: [0x29, 'number'],
  sharedSubscriptionAvailable:     [0x2a, 'number'],
};

type Properties =
  | { readonly [Name in PropertyName]?: PropertyValues[Name] | undefined }
  | undefined;

function valueFields(kind: PropertyKind, value: unknown): DissectedField[] {
  switch (kind) {
    case 'number':
      return [number('prop_number', value as number | boolean)];
    case 'string':
      return prefixed('prop_string', value as string | Uint8Array);
    case 'pair': {
      const [name, content] = value as readonly [string, string];
      return [...prefixed('prop_key', name), ...prefixed('prop_value', content)];
    }
    case 'content type': {
      // One field with its length and its text.
      return [`mqtt.property.content_type ${utf8(value as string)}`];
    }
    case 'topic alias':
      return [number('property.topic_alias', value as number)];
    case 'maximum QoS':
      return [number('property.max_qos', value as number)];
  }
}

/** Properties in the order of their keys, which is that of the wire. */
function propertyFields(properties: Properties, heading = 'mqtt.properties'): DissectedField[] {
  const fields: DissectedField[] = [heading];
  for (const [key, value] of Object.entries(properties ?? {})) {
    const [identifier, kind] = PROPERTY_FIELDS[key as PropertyName];
    const repeats = key === 'userProperties' || key === 'subscriptionIdentifiers';
    for (const one of repeats ? (value as readonly unknown[]) : [value]) {
      fields.push(number('property_id', identifier), ...valueFields(kind, one));
    }
  }
  return fields;
}

function connectFields(packet: ConnectPacket): DissectedField[] {
  const { protocolName, protocolLevel, bridge, keepAlive, will, userName, password } = packet;
  return [
    ...[number('proto_len', protocolName.length), bytes('protoname', protocolName)],
    number('ver', protocolLevel + (bridge ? 128 : 0)),
    number('conflag.uname', userName !== undefined),
    number('conflag.passwd', password !== undefined),
    number('conflag.retain', will?.retain ?? false),
    number('conflag.qos', will?.qos ?? 0),
    number('conflag.willflag', will !== undefined),
    number('conflag.cleansess', packet.cleanStart ?? packet.cleanSession ?? true),
    number('conflag.reserved', 0),
    number('kalive', keepAlive),
    ...(protocolLevel === 5 ? propertyFields(packet.properties) : []),
    ...prefixed('clientid', packet.clientIdentifier),
    ...(will === undefined
      ? []
      : [
          ...(protocolLevel === 5 ? propertyFields(will.properties, 'mqtt.will_properties') : []),
          ...prefixed('willtopic', will.topic),
          ...prefixed('willmsg', will.payload),
        ]),
    ...(userName === undefined ? [] : prefixed('username', userName)),
    ...(password === undefined ? [] : prefixed('passwd', password)),
  ];
}

/** Reason code and properties, of which the end is left out that goes without saying. */
function acknowledgementFields(packet: AcknowledgementPacket): DissectedField[] {
  const { type, packetIdentifier, reasonCode = 0, properties } = packet;
  return [
    number('msgid', packetIdentifier),
    ...(reasonCode === 0 && properties === undefined
      ? []
      : [number(`${type.toLowerCase()}.reason_code`, reasonCode)]),
    ...(properties === undefined ? [] : propertyFields(properties)),
  ];
}

/** What follows the fixed header. */
function bodyFields(packet: ControlPacket, version: ProtocolVersion): DissectedField[] {
  const isMqtt5 = version === 5;
  switch (packet.type) {
    case 'CONNECT':
      return connectFields(packet);
    case 'CONNACK':
      // MQTT 3.1 has no Session Present: a byte is reserved there.
      if (version === 3) {
        return [number('conack.flags.reserved', 0), number('conack.val', packet.returnCode ?? 0)];
      }
      return [
        number('conack.flags.reserved', 0),
        number('conack.flags.sp', packet.sessionPresent),
        ...(packet.returnCode === undefined
          ? [number('connack.reason_code', packet.reasonCode), ...propertyFields(packet.properties)]
          : [number('conack.val', packet.returnCode)]),
      ];
    case 'PUBLISH':
      return [
        number('topic_len', lengthOf(packet.topic)),
        // Of an empty Topic Name there is no field.
        ...(packet.topic === '' ? [] : [bytes('topic', packet.topic)]),
        ...(packet.qos === 0 ? [] : [number('msgid', packet.packetIdentifier)]),
        ...(isMqtt5 ? propertyFields(packet.properties) : []),
        bytes('msg', packet.payload),
      ];
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
      return acknowledgementFields(packet);
    case 'SUBSCRIBE':
      return [
        number('msgid', packet.packetIdentifier),
        ...(isMqtt5 ? propertyFields(packet.properties) : []),
        ...packet.subscriptions.flatMap((subscription) => [
          ...prefixed('topic', subscription.topicFilter),
          ...(isMqtt5
            ? [
                number('subscription_options_reserved', 0),
                number('subscription_options_retain', subscription.retainHandling ?? 0),
                number('subscription_options_rap', subscription.retainAsPublished ?? false),
                number('subscription_options_nl', subscription.noLocal ?? false),
                number('subscription_options_qos', subscription.qos),
              ]
            : [number('sub.qos', subscription.qos)]),
        ]),
      ];
    case 'SUBACK':
      return [
        number('msgid', packet.packetIdentifier),
        ...(packet.returnCodes === undefined
          ? [
              ...propertyFields(packet.properties),
              ...packet.reasonCodes.map((code) => number('suback.reason_code', code)),
            ]
          : packet.returnCodes.map((code) => number('suback.qos', code))),
      ];
    case 'UNSUBSCRIBE':
      return [
        number('msgid', packet.packetIdentifier),
        ...(isMqtt5 ? propertyFields(packet.properties) : []),
        ...packet.topicFilters.flatMap((filter) => prefixed('topic', filter)),
      ];
    case 'UNSUBACK':
      return [
        number('msgid', packet.packetIdentifier),
        ...(packet.reasonCodes === undefined
          ? []
          : [
              ...propertyFields(packet.properties),
              ...packet.reasonCodes.map((code) => number('unsuback.reason_code', code)),
            ]),
      ];
    case 'DISCONNECT':
    case 'AUTH': {
      const { type, reasonCode = 0, properties } = packet;
      if (reasonCode === 0 && properties === undefined) return [];
      return [
        number(`${type.toLowerCase()}.reason_code`, reasonCode),
        ...(type === 'DISCONNECT' && properties === undefined ? [] : propertyFields(properties)),
      ];
    }
    default:
      return [];
  }
}

const ACKNOWLEDGED: ReadonlySet<string> = new Set(['PUBREL', 'SUBSCRIBE', 'UNSUBSCRIBE']);

/** The flags of the fixed header, reserved in all packets but PUBLISH (section 2.1.3). */
function flagFields(packet: ControlPacket, version: ProtocolVersion): DissectedField[] {
  if (packet.type === 'PUBLISH') {
    const { dup, qos, retain } = packet;
    return [number('dupflag', dup), number('qos', qos), number('retain', retain)];
  }
  if (!ACKNOWLEDGED.has(packet.type)) return [number('hdr_reserved', 0)];
  // In MQTT 3.1 they still are what they have come from: QoS 1, because an answer is wanted.
  if (version === 3) return [number('dupflag', 0), number('qos', 1), number('retain_reserved', 0)];
  return [number('hdr_reserved', 2)];
}

/** The fields that tshark must find in `frame`, which `packet` was encoded to. */
export function expectedFields(
  packet: ControlPacket,
  version: ProtocolVersion,
  frame: Uint8Array,
): DissectedFrame {
  const lastOfLength = frame.findIndex((byte, at) => at > 0 && byte < 0x80);
  return [
    number('msgtype', PACKET_TYPE[packet.type as PacketType]),
    ...flagFields(packet, version),
    number('len', frame.length - lastOfLength - 1),
    ...bodyFields(packet, version),
  ];
}
