/** User Property: a pair of strings (section 1.5.7). */
import { describe } from 'vitest';
import { malformed, mqtt5 } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { prefixed, utf8 } from '../../support/hex.js';
import {
  anyPacketOf,
  carry,
  companion,
  HOLDERS,
  holderOf,
  packetOf,
  propertiesAt,
} from './holders.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

describe('strings of a pair', () => {
  for (const holder of HOLDERS) {
    const method = companion(holder, 0);
    const at = propertiesAt(holder);
    const frame = carry(holder, `26 ${utf8('é')} ${utf8('\ufeff😀')} ${method.bytes}`);
    const packet = packetOf(holder, { userProperties: [['é', '\ufeff😀']], ...method.value });
    decodes(`MQTT-1.5.7-1: UTF-8 in ${holder.name}`, frame, packet);
    encodes(`MQTT-1.5.7-1: UTF-8 in ${holder.name}`, packet, frame);
    refuses(
      `MQTT-1.5.7-1: an ill-formed name in ${holder.name}`,
      carry(holder, `26 ${prefixed('61C328')} ${utf8('v')} ${method.bytes}`),
      malformed('ERR_MQTT_INVALID_UTF8', holder.packetType, at + 4, 'MQTT-1.5.4-1'),
    );
    refuses(
      `MQTT-1.5.7-1: an ill-formed value in ${holder.name}`,
      carry(holder, `26 ${utf8('n')} ${prefixed('6161C3')} ${method.bytes}`),
      malformed('ERR_MQTT_INVALID_UTF8', holder.packetType, at + 8, 'MQTT-1.5.4-1'),
    );
    refuses(
      `MQTT-1.5.7-1: U+0000 in a name in ${holder.name}`,
      carry(holder, `26 ${utf8('a\0')} ${utf8('v')} ${method.bytes}`),
      malformed('ERR_MQTT_NULL_CHARACTER', holder.packetType, at + 4, 'MQTT-1.5.4-2'),
      { everyCut: false },
    );
    refuses(
      `MQTT-1.5.7-1: U+0000 in a value in ${holder.name}`,
      carry(holder, `26 ${utf8('n')} ${utf8('\0')} ${method.bytes}`),
      malformed('ERR_MQTT_NULL_CHARACTER', holder.packetType, at + 6, 'MQTT-1.5.4-2'),
      { everyCut: false },
    );
    refuses(
      `MQTT-1.5.7-1: an ill-formed value of the second pair in ${holder.name}`,
      carry(holder, `26 ${utf8('n')} ${utf8('v')} 26 ${utf8('n')} ${prefixed('EDA080')}`),
      malformed('ERR_MQTT_INVALID_UTF8', holder.packetType, at + 13, 'MQTT-1.5.4-1'),
      { everyCut: false },
    );
    for (const [pair, index] of [
      [['\ud800', 'v'], 0],
      [['n', 'v\udfff'], 1],
    ] as const) {
      refusesToEncode(
        `MQTT-1.5.7-1: a lone surrogate in string ${index} of a pair of ${holder.name} is not encoded`,
        anyPacketOf(holder, { userProperties: [['a', 'b'], pair], ...method.value }),
        refusal(
          'ERR_MQTT_INVALID_UTF8',
          `${holder.field}.userProperties[1][${index}]`,
          'MQTT-1.5.4-1',
        ),
      );
    }
    for (const [pair, index] of [
      [['\0', 'v'], 0],
      [['n', 'v\0'], 1],
    ] as const) {
      refusesToEncode(
        `MQTT-1.5.7-1: U+0000 in string ${index} of a pair of ${holder.name} is not encoded`,
        anyPacketOf(holder, { userProperties: [pair], ...method.value }),
        refusal(
          'ERR_MQTT_NULL_CHARACTER',
          `${holder.field}.userProperties[0][${index}]`,
          'MQTT-1.5.4-2',
        ),
      );
    }
  }

  const publish = holderOf('PUBLISH');
  for (const [name, value] of [
    ['', ''],
    ['n', ''],
    ['', 'v'],
    ['+/#', 'a/#'],
    ['__proto__', 'constructor'],
    ['\u0001', '\u007f\ufffe'],
  ] as const) {
    const pair = JSON.stringify([name, value]);
    const frame = carry(publish, `26 ${utf8(name)} ${utf8(value)}`);
    const packet = packetOf(publish, { userProperties: [[name, value]] });
    decodes(`MQTT-1.5.7-1: ${pair} is a pair`, frame, packet);
    encodes(`MQTT-1.5.7-1: ${pair} is a pair`, packet, frame);
  }
  for (const [bytes, offset, what] of [
    [`26 ${utf8('n\u0001')} ${utf8('v')}`, 4, 'a name'],
    [`26 ${utf8('n')} ${utf8('\ufffe')}`, 6, 'a value'],
  ] as const) {
    refuses(
      `MQTT-1.5.7-1: a discouraged character in ${what}, on demand`,
      carry(publish, bytes),
      malformed('ERR_MQTT_DISCOURAGED_CHARACTER', 'PUBLISH', propertiesAt(publish) + offset),
      { decoder: { text: 'reject' } },
    );
  }
  refusesToEncode(
    'MQTT-1.5.7-1: a name of 65,536 bytes is not encoded',
    anyPacketOf(publish, { userProperties: [['n'.repeat(65_536), 'v']] }),
    refusal('ERR_MQTT_FIELD_TOO_LONG', 'properties.userProperties[0][0]'),
  );
  refusesToEncode(
    'MQTT-1.5.7-1: a value of 65,536 bytes is not encoded',
    anyPacketOf(publish, { userProperties: [['n', 'v'.repeat(65_536)]] }),
    refusal('ERR_MQTT_FIELD_TOO_LONG', 'properties.userProperties[0][1]'),
  );
});
