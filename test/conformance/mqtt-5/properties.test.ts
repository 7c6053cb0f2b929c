/** Which property may stand in which packet, and how often (section 2.2.2.2, table 2-4). */
import { describe } from 'vitest';
import { malformed, mqtt5, protocolError } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import {
  anyPacketOf,
  carry,
  companion,
  digits,
  HOLDERS,
  type HolderName,
  holderOf,
  IDENTIFIERS,
  NOT_FROM_CLIENT,
  onWire,
  PROPERTIES,
  type Properties,
  packetOf,
  propertiesAt,
  reader,
  receivers,
  variableByteInteger,
} from './holders.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

const USER_PROPERTY = '26 0001 6E 0001 76';

/** All properties of a holder that each side may send, in the order of the table. */
function all(name: HolderName): { readonly bytes: string; readonly value: Properties } {
  const own = PROPERTIES.filter(({ holders }) => holders.includes(name));
  const rows = own.filter(({ identifier }) => receivers(holderOf(name), identifier).length === 1);
  return {
    bytes: rows.map(onWire).join(' '),
    value: Object.fromEntries(rows.map(({ name, value }) => [name, value])),
  };
}

describe('known properties', () => {
  for (const holder of HOLDERS) {
    const { bytes, value } = all(holder.name);
    const beside = companion(holder, value.authenticationMethod === undefined ? 0 : 0x15);
    decodes(
      `2.2.2.2 known properties: all of ${holder.name} together`,
      carry(holder, `${bytes} ${beside.bytes}`),
      packetOf(holder, { ...value, ...beside.value }),
    );
  }
  const unknown = Array.from({ length: 128 }, (_, identifier) => identifier).filter(
    (identifier) => !IDENTIFIERS.has(identifier),
  );
  for (const identifier of unknown) {
    for (const name of ['PUBLISH', 'PUBREL', 'CONNECT', 'DISCONNECT'] as const) {
      const holder = holderOf(name);
      refuses(
        `2.2.2.2 known properties: there is no 0x${digits(identifier)}, in ${name}`,
        carry(holder, `${digits(identifier)} 0001 6E 0001 76`),
        malformed('ERR_MQTT_PROPERTY_UNKNOWN', name, propertiesAt(holder)),
        { everyCut: false },
      );
    }
  }
  for (const identifier of [
    128,
    // Those whose lowest bits are the identifier of a property.
    ...[128, 256, 512, 16_384, 32_768, 65_536, 2_097_152, 134_217_728].map((more) => more + 0x26),
    268_435_455,
  ]) {
    for (const holder of HOLDERS) {
      refuses(
        `2.2.2.2 known properties: there is no ${identifier}, in ${holder.name}`,
        carry(holder, `${variableByteInteger(identifier)} 0001 6E 0001 76`),
        malformed('ERR_MQTT_PROPERTY_UNKNOWN', holder.packetType, propertiesAt(holder)),
        { everyCut: false },
      );
    }
  }
  for (const holder of HOLDERS) {
    refuses(
      `2.2.2.2 known properties: behind a known one, in ${holder.name}`,
      carry(holder, `${USER_PROPERTY} 04`),
      malformed('ERR_MQTT_PROPERTY_UNKNOWN', holder.packetType, propertiesAt(holder) + 7),
    );
    for (const name of ['nonsense', 'UserProperties', 'willDelay', 'toString', '']) {
      refusesToEncode(
        `2.2.2.2 known properties: '${name}' is not encoded in ${holder.name}`,
        anyPacketOf(holder, { [name]: 'a' }),
        refusal('ERR_MQTT_PROPERTY_UNKNOWN', `${holder.field}.${name}`),
      );
    }
  }
});

describe('properties of a packet', () => {
  for (const holder of HOLDERS) {
    for (const property of PROPERTIES) {
      const { identifier, name, value } = property;
      const called = `0x${digits(identifier)} ${name}`;
      const isAllowed = property.holders.includes(holder.name);
      const isAllowedByAnotherName = PROPERTIES.some(
        (row) => row.identifier === identifier && row.holders.includes(holder.name),
      );
      if (isAllowed) {
        const beside = companion(holder, identifier);
        const bytes = carry(holder, `${onWire(property)} ${beside.bytes}`);
        const packet = packetOf(holder, { [name]: value, ...beside.value });
        for (const receiver of receivers(holder, identifier)) {
          decodes(
            `2.2.2.2 properties of a packet: ${called} in ${holder.name}${reader(receiver)}`,
            bytes,
            packet,
            receiver,
          );
        }
        encodes(
          `2.2.2.2 properties of a packet: ${called} in ${holder.name} is encoded`,
          packet,
          bytes,
        );
        continue;
      }
      if (!isAllowedByAnotherName) {
        refuses(
          `2.2.2.2 properties of a packet: ${called} in ${holder.name}`,
          carry(holder, onWire(property)),
          malformed('ERR_MQTT_PROPERTY_NOT_ALLOWED', holder.packetType, propertiesAt(holder)),
          { everyCut: false },
        );
      }
      refusesToEncode(
        `2.2.2.2 properties of a packet: ${called} in ${holder.name} is not encoded`,
        anyPacketOf(holder, { [name]: value }),
        refusal('ERR_MQTT_PROPERTY_NOT_ALLOWED', `${holder.field}.${name}`),
      );
    }
  }
  for (const type of ['PINGREQ', 'PINGRESP']) {
    refusesToEncode(
      `2.2.2.2 properties of a packet: ${type} has none`,
      { type, properties: { userProperties: [['n', 'v']] } },
      refusal('ERR_MQTT_PROPERTY_NOT_ALLOWED', 'properties.userProperties'),
    );
  }
});

describe('repeated properties', () => {
  for (const holder of HOLDERS) {
    const method = companion(holder, 0);
    const several = [
      ['n', 'v'],
      ['n', 'v'],
      ['n', ''],
      ['', ''],
    ];
    const frame = carry(
      holder,
      `${USER_PROPERTY} ${USER_PROPERTY} 26 0001 6E 0000 26 0000 0000 ${method.bytes}`,
    );
    const packet = packetOf(holder, { userProperties: several, ...method.value });
    decodes(`2.2.2.2 repeated properties: User Property in ${holder.name}`, frame, packet);
    encodes(`2.2.2.2 repeated properties: User Property in ${holder.name}`, packet, frame);
    for (const property of PROPERTIES) {
      const { identifier, name } = property;
      const mayRepeat = identifier === 0x26 || (identifier === 0x0b && holder.name === 'PUBLISH');
      if (!property.holders.includes(holder.name) || mayRepeat) continue;
      const once = onWire(property);
      const length = 1 + property.bytes.replaceAll(' ', '').length / 2;
      for (const receiver of receivers(holder, identifier)) {
        refuses(
          `2.2.2.2 repeated properties: ${name} in ${holder.name}${reader(receiver)}`,
          carry(holder, `${once} ${once} ${companion(holder, identifier).bytes}`),
          protocolError(
            'ERR_MQTT_PROPERTY_REPEATED',
            holder.packetType,
            propertiesAt(holder) + length,
          ),
          receiver,
        );
        refuses(
          `2.2.2.2 repeated properties: ${name}, with another between, in ${holder.name}${reader(receiver)}`,
          carry(holder, `${once} ${USER_PROPERTY} ${once}`),
          protocolError(
            'ERR_MQTT_PROPERTY_REPEATED',
            holder.packetType,
            propertiesAt(holder) + length + 7,
          ),
          { ...receiver, everyCut: false },
        );
      }
    }
  }
  const identifiers = [1, 127, 128, 1, 268_435_455];
  const publish = holderOf('PUBLISH');
  const frame = carry(publish, '0B 01 0B 7F 0B 80 01 0B 01 0B FF FF FF 7F');
  const packet = packetOf(publish, { subscriptionIdentifiers: identifiers });
  for (const receiver of NOT_FROM_CLIENT) {
    decodes(
      `2.2.2.2 repeated properties: Subscription Identifier in PUBLISH${reader(receiver)}`,
      frame,
      packet,
      receiver,
    );
    decodes(
      `2.2.2.2 repeated properties: both that may be, in turn${reader(receiver)}`,
      carry(publish, `0B 01 ${USER_PROPERTY} 0B 02 ${USER_PROPERTY}`),
      packetOf(publish, {
        subscriptionIdentifiers: [1, 2],
        userProperties: [
          ['n', 'v'],
          ['n', 'v'],
        ],
      }),
      { ...receiver, canonical: false },
    );
  }
  encodes('2.2.2.2 repeated properties: Subscription Identifier in PUBLISH', packet, frame);
  for (const [name, holder] of [
    ['userProperties', 'PUBACK'],
    ['subscriptionIdentifiers', 'PUBLISH'],
  ] as const) {
    encodes(
      `2.2.2.2 repeated properties: ${name} not even once`,
      packetOf(holderOf(holder), { [name]: [] }),
      holder === 'PUBACK' ? '40 02 0001' : carry(publish, ''),
    );
  }
});
