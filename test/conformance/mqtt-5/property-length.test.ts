/** The Property Length (section 2.2.2.1): it is always there, and nothing crosses it. */
import { describe } from 'vitest';
import { malformed, mqtt5, protocolError, type Violation } from '../../support/conformance.js';
import { encoding5 } from '../../support/conformance-encode.js';
import { frame, hex, utf8 } from '../../support/hex.js';
import {
  carry,
  companion,
  HOLDERS,
  type Holder,
  type HolderName,
  holderOf,
  onWire,
  PROPERTIES,
  packetOf,
  propertiesAt,
  propertyLengthAt,
  reader,
  receivers,
  variableByteInteger,
} from './holders.js';

const { decodes, refuses } = mqtt5;
const { encodes } = encoding5;

const USER_PROPERTY = '26 0001 6E 0001 76';
const ONE = { userProperties: [['n', 'v']] };

/** The packets that may end before their Property Length. */
const MAY_LEAVE_IT_OUT = ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'DISCONNECT'];
/** Those without reason code or properties, which are not the frames of `HOLDERS` then. */
const HAVE_SHORT_FORMS: readonly HolderName[] = [
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'DISCONNECT',
  'AUTH',
];

/** What is left of a frame that ends where its Property Length has to be. */
function withoutPropertyLength(holder: Holder): Violation {
  const { name, packetType } = holder;
  // Exactly what a Server of MQTT 3.1.1 sends.
  if (name === 'CONNACK') return protocolError('ERR_MQTT_CONNACK_OF_MQTT_3', 'CONNACK', 3);
  return ['CONNECT', 'SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE', 'UNSUBACK'].includes(name)
    ? // So few bytes are no packet of the type in any case.
      malformed('ERR_MQTT_PACKET_LENGTH', packetType, 1)
    : malformed(
        'ERR_MQTT_FIELD_PAST_END',
        packetType,
        propertyLengthAt(holder),
        name === 'WILL' ? 'MQTT-3.1.2-9' : undefined,
      );
}

describe('no properties', () => {
  for (const holder of HOLDERS) {
    const { name, firstByte, before } = holder;
    if (name !== 'AUTH') {
      decodes(
        `MQTT-2.2.2-1: ${name} with a Property Length of 0`,
        carry(holder, ''),
        packetOf(holder),
        HAVE_SHORT_FORMS.includes(name) ? { canonical: false } : {},
      );
    }
    if (!MAY_LEAVE_IT_OUT.includes(name)) {
      refuses(
        `MQTT-2.2.2-1: ${name} that ends where its Property Length has to be`,
        frame(firstByte, before),
        withoutPropertyLength(holder),
      );
    }
    if (HAVE_SHORT_FORMS.includes(name)) continue;
    for (const [properties, what] of [
      [undefined, 'without properties'],
      [{}, 'with empty properties'],
      [{ userProperties: undefined }, 'with properties that are undefined'],
      [{ userProperties: [] }, 'with an empty list of User Properties'],
    ] as const) {
      encodes(
        `MQTT-2.2.2-1: ${name} ${what} gets a Property Length of 0`,
        packetOf(holder, properties),
        carry(holder, ''),
      );
    }
  }
  refuses(
    'MQTT-2.2.2-1: PUBLISH at QoS 1 that ends where its Property Length has to be',
    '32 06 0002 6161 0001',
    malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', 8),
  );
});

describe('the end of the properties', () => {
  for (const holder of HOLDERS) {
    const { name, packetType, behind } = holder;
    const method = companion(holder, 0);
    const at = propertyLengthAt(holder);
    const room = 7 + hex(behind).length;
    decodes(
      `2.2.2.1 property length: properties that end where it says, in ${name}`,
      carry(holder, `${USER_PROPERTY} ${method.bytes}`),
      packetOf(holder, { ...ONE, ...method.value }),
    );
    refuses(
      `2.2.2.1 property length: one byte past the end of ${name}`,
      carry(holder, USER_PROPERTY, variableByteInteger(room + 1)),
      malformed('ERR_MQTT_FIELD_PAST_END', packetType, at),
    );
    for (const length of ['FF 7F', 'FF FF 7F', 'FF FF FF 7F']) {
      refuses(
        `2.2.2.1 property length: ${length} in ${name}`,
        carry(holder, USER_PROPERTY, length),
        malformed('ERR_MQTT_FIELD_PAST_END', packetType, at),
        { everyCut: false },
      );
    }
    // Without a field behind them, what a property lacks would be left over, which is an error of its own.
    if (behind === '') continue;
    for (const length of [1, 2, 3, 4, 5, 6]) {
      refuses(
        `2.2.2.1 property length: it ends inside a property of ${name}, behind ${length} bytes`,
        carry(holder, USER_PROPERTY, variableByteInteger(length)),
        malformed('ERR_MQTT_PROPERTY_PAST_END', packetType, at + 1),
      );
    }
    refuses(
      `2.2.2.1 property length: it ends behind the identifier of the second property of ${name}`,
      carry(holder, `${USER_PROPERTY} ${USER_PROPERTY}`, '08'),
      malformed('ERR_MQTT_PROPERTY_PAST_END', packetType, propertiesAt(holder) + 7),
    );
  }

  // Every property as the last one, with a length that is one byte short.
  for (const property of PROPERTIES) {
    const holder = holderOf(property.holders[0] as HolderName);
    const bytes = onWire(property);
    for (const receiver of receivers(holder, property.identifier)) {
      refuses(
        `2.2.2.1 property length: it ends inside ${property.name}${reader(receiver)}`,
        carry(holder, bytes, variableByteInteger(hex(bytes).length - 1)),
        malformed('ERR_MQTT_PROPERTY_PAST_END', holder.packetType, propertiesAt(holder)),
        receiver,
      );
    }
  }

  for (const name of ['CONNACK', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'DISCONNECT', 'AUTH']) {
    const holder = holderOf(name as HolderName);
    const method = companion(holder, 0).bytes;
    refuses(
      `2.2.2.1 property length: bytes are left over behind the properties of ${name}`,
      carry(holder, `${USER_PROPERTY} ${method} 00`, variableByteInteger(7 + hex(method).length)),
      malformed(
        'ERR_MQTT_TRAILING_BYTES',
        holder.packetType,
        propertiesAt(holder) + 7 + hex(method).length,
      ),
    );
  }
  decodes(
    '2.2.2.1 property length: what follows is payload even if it looks like properties',
    frame('30', utf8('a'), '07', USER_PROPERTY, USER_PROPERTY),
    {
      type: 'PUBLISH',
      topic: 'a',
      payload: hex(USER_PROPERTY),
      retain: false,
      qos: 0,
      dup: false,
      properties: { userProperties: [['n', 'v']] },
    },
  );
});

describe('several bytes of Property Length', () => {
  /** One User Property that takes so many bytes. */
  function userProperty(length: number): { readonly bytes: string; readonly value: string } {
    const value = 'v'.repeat(length - 6);
    return { bytes: `26 0001 6E ${utf8(value)}`, value };
  }
  for (const holder of HOLDERS) {
    const isOneOfMany = !['CONNECT', 'PUBLISH', 'PUBACK', 'DISCONNECT'].includes(holder.name);
    for (const length of isOneOfMany ? [127, 128] : [127, 128, 16_383, 16_384]) {
      const method = companion(holder, 0);
      const { bytes, value } = userProperty(length - hex(method.bytes).length);
      const encoded = carry(holder, `${bytes} ${method.bytes}`);
      const packet = packetOf(holder, { userProperties: [['n', value]], ...method.value });
      decodes(`2.2.2.1 property length: ${length} in ${holder.name}`, encoded, packet, {
        everyCut: false,
      });
      encodes(`2.2.2.1 property length: ${length} in ${holder.name}`, packet, encoded);
    }
  }
});
