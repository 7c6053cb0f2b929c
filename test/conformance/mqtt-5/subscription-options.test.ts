/** The options of each subscription in SUBSCRIBE (section 3.8.3.1). No Local is tested in shared-subscription.test.ts too. */
import { describe, it } from 'vitest';
import type { SubscribePacket, Subscription } from '../../../src/protocol/packets.js';
import { malformed, mqtt5, protocolError } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, utf8 } from '../../support/hex.js';

const { decodes, refuses, expectPacket, expectViolation } = mqtt5;
const { encodes, refusesToEncode, expectEncoded } = encoding5;

const PLAIN = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
const PACKET: SubscribePacket = {
  type: 'SUBSCRIBE',
  packetIdentifier: 10,
  subscriptions: [{ topicFilter: 'a/b', qos: 1, ...PLAIN }],
};

/** The packet with one subscription to a/b that departs from the usual. */
function withOptions(options: Partial<Subscription>): SubscribePacket {
  return { ...PACKET, subscriptions: [{ topicFilter: 'a/b', qos: 1, ...PLAIN, ...options }] };
}

function byteOf(value: number): string {
  return value.toString(16).padStart(2, '0');
}

describe('Subscription Options', () => {
  for (const qos of [0, 1, 2] as const) {
    const wire = frame('82', '000A 00', utf8('a/b'), byteOf(qos));
    decodes(`3.8.3.1 Maximum QoS: ${qos}`, wire, withOptions({ qos }));
    encodes(`3.8.3.1 Maximum QoS: ${qos} is encoded`, withOptions({ qos }), wire);
  }
  refuses(
    '3.8.3.1 Maximum QoS: 3',
    frame('82', '000A 00', utf8('a/b'), '03'),
    protocolError('ERR_MQTT_INVALID_QOS', 'SUBSCRIBE', 10),
  );
  refuses(
    '3.8.3.1 Maximum QoS: 3 in the second pair, all other options set',
    frame('82', '000A 00', utf8('a/b'), '00', utf8('c'), '2F'),
    protocolError('ERR_MQTT_INVALID_QOS', 'SUBSCRIBE', 14),
  );
  for (const qos of [3, -1, 0.5, '1', null, undefined]) {
    refusesToEncode(
      `3.8.3.1 Maximum QoS: ${JSON.stringify(qos)} is not encoded`,
      { ...PACKET, subscriptions: [PACKET.subscriptions[0], { topicFilter: 'b', qos }] },
      refusal('ERR_MQTT_INVALID_QOS', 'subscriptions[1].qos'),
    );
  }

  for (const retainHandling of [0, 1, 2] as const) {
    const wire = frame('82', '000A 00', utf8('a/b'), byteOf((retainHandling << 4) | 1));
    const packet = withOptions({ retainHandling });
    decodes(`3.8.3.1 Retain Handling: ${retainHandling}`, wire, packet);
    encodes(`3.8.3.1 Retain Handling: ${retainHandling} is encoded`, packet, wire);
  }
  refuses(
    '3.8.3.1 Retain Handling: 3',
    frame('82', '000A 00', utf8('a/b'), '31'),
    protocolError('ERR_MQTT_RETAIN_HANDLING', 'SUBSCRIBE', 10),
  );
  for (const retainHandling of [3, -1, '1', true, null]) {
    refusesToEncode(
      `3.8.3.1 Retain Handling: ${JSON.stringify(retainHandling)} is not encoded`,
      { ...PACKET, subscriptions: [{ topicFilter: 'b', qos: 0, retainHandling }] },
      refusal('ERR_MQTT_RETAIN_HANDLING', 'subscriptions[0].retainHandling'),
    );
  }

  decodes(
    'MQTT-3.8.3-5: all options that there are, the upper two bits 0',
    frame('82', '000A 00', utf8('a/b'), '2E'),
    withOptions({ qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 }),
  );
  for (const byte of ['40', '80', 'C0', '41', 'AE']) {
    refuses(
      `MQTT-3.8.3-5: options 0x${byte}`,
      frame('82', '000A 00', utf8('a/b'), byte),
      malformed('ERR_MQTT_SUBSCRIPTION_RESERVED_BITS', 'SUBSCRIBE', 10, 'MQTT-3.8.3-5'),
    );
  }
  encodes(
    'MQTT-3.8.3-5: all options that there are leave the upper two bits 0',
    withOptions({ qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 }),
    frame('82', '000A 00', utf8('a/b'), '2E'),
  );
  it('MQTT-3.8.3-5: each of the 256 bytes of options', () => {
    for (let options = 0; options < 256; options++) {
      const qos = options & 3;
      const retainHandling = (options >> 4) & 3;
      const wire = frame('82', '000A 00', utf8('a/b'), byteOf(options));
      if (options >= 0x40) {
        // A reserved bit is malformed, whatever the rest of the byte is.
        const expected = malformed(
          'ERR_MQTT_SUBSCRIPTION_RESERVED_BITS',
          'SUBSCRIBE',
          10,
          'MQTT-3.8.3-5',
        );
        expectViolation(wire, expected, { everyCut: false });
      } else if (qos === 3 || retainHandling === 3) {
        const code = qos === 3 ? 'ERR_MQTT_INVALID_QOS' : 'ERR_MQTT_RETAIN_HANDLING';
        expectViolation(wire, protocolError(code, 'SUBSCRIBE', 10), { everyCut: false });
      } else {
        const packet = withOptions({
          qos: qos as 0 | 1 | 2,
          noLocal: (options & 4) !== 0,
          retainAsPublished: (options & 8) !== 0,
          retainHandling: retainHandling as 0 | 1 | 2,
        });
        expectPacket(wire, packet, { everyCut: false });
        expectEncoded(packet, wire);
      }
    }
  });
});
