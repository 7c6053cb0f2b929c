/** What a Server has told its Clients that it does not support (sections 3.2.2.3.4 and 3.2.2.3.5). */
import { describe } from 'vitest';
import type { QoS } from '../../../src/protocol/packet-types.js';
import type { PublishPacket } from '../../../src/protocol/packets.js';
import {
  CONNECT,
  CONNECT_5,
  decodes as decodesMqtt3,
  malformed,
  mqtt5,
  PINGREQ,
  PUBLISH_5,
  violation,
} from '../../support/conformance.js';
import { frame, hex, utf8 } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;

/** A PUBLISH without properties and its bytes. */
function publish(qos: QoS, retain = false): { bytes: Uint8Array; packet: PublishPacket } {
  const first = (0x30 | (qos << 1) | (retain ? 1 : 0)).toString(16);
  const message = { type: 'PUBLISH', topic: 'a', payload: hex('6869'), retain } as const;
  return qos === 0
    ? {
        bytes: frame(first, utf8('a'), '00 6869'),
        packet: { ...message, qos, dup: false },
      }
    : {
        bytes: frame(first, utf8('a'), '0001 00 6869'),
        packet: { ...message, qos, dup: false, packetIdentifier: 1 },
      };
}

const QOS = violation('QOS', 'ERR_MQTT_QOS_NOT_SUPPORTED', 'PUBLISH', 0, 'MQTT-3.2.2-11');
const RETAIN = violation('RETAIN', 'ERR_MQTT_RETAIN_NOT_SUPPORTED', 'PUBLISH', 0, 'MQTT-3.2.2-14');
const SERVER = { role: 'server' } as const;

describe('Maximum QoS', () => {
  for (const maximumQoS of [0, 1, 2] as const) {
    for (const qos of [0, 1, 2] as const) {
      const { bytes, packet } = publish(qos);
      for (const decoder of [
        { maximumQoS, ...SERVER },
        { maximumQoS, role: 'any' },
      ] as const) {
        const name = `QoS ${qos} where ${maximumQoS} is the highest, role ${decoder.role}`;
        const before = decoder.role === 'server' ? [CONNECT_5, PUBLISH_5] : [PUBLISH_5];
        if (qos <= maximumQoS) {
          decodes(`MQTT-3.2.2-11: ${name}`, bytes, packet, { decoder, before, after: [PINGREQ] });
        } else {
          refuses(`MQTT-3.2.2-11: ${name}`, bytes, QOS, { decoder, before, decidedBy: 1 });
        }
      }
    }
  }
  decodes('MQTT-3.2.2-11: QoS 2 by default', publish(2).bytes, publish(2).packet);
  refuses('MQTT-3.2.2-11: DUP does not matter', '3A 08 0001 61 0001 00 6869', QOS, {
    decoder: { maximumQoS: 0, ...SERVER },
    before: [CONNECT_5],
    decidedBy: 1,
  });
  refuses(
    'MQTT-3.2.2-11: QoS 3 stays malformed',
    '36 08 0001 61 0001 00 6869',
    malformed('ERR_MQTT_INVALID_QOS', 'PUBLISH', 0, 'MQTT-3.3.1-4'),
    { decoder: { maximumQoS: 0, ...SERVER }, before: [CONNECT_5], decidedBy: 1 },
  );
  decodesMqtt3(
    'MQTT-3.2.2-11: MQTT 3.1.1 has no such limit',
    '34 07 0001 61 0001 6869',
    publish(2).packet,
    { decoder: { maximumQoS: 0, ...SERVER }, before: [CONNECT], after: [PINGREQ] },
  );
});

describe('Retain Available', () => {
  for (const qos of [0, 1, 2] as const) {
    const decoder = { retainAvailable: false, ...SERVER } as const;
    const before = [CONNECT_5, PUBLISH_5];
    decodes(
      `MQTT-3.2.2-14: RETAIN 0 at QoS ${qos} where it is not available`,
      publish(qos).bytes,
      publish(qos).packet,
      { decoder, before, after: [PINGREQ] },
    );
    refuses(
      `MQTT-3.2.2-14: RETAIN 1 at QoS ${qos} where it is not available`,
      publish(qos, true).bytes,
      RETAIN,
      { decoder, before, decidedBy: 1 },
    );
    decodes(
      `MQTT-3.2.2-14: RETAIN 1 at QoS ${qos} where it is available`,
      publish(qos, true).bytes,
      publish(qos, true).packet,
      { decoder: { retainAvailable: true } },
    );
    decodes(
      `MQTT-3.2.2-14: RETAIN 1 at QoS ${qos} by default`,
      publish(qos, true).bytes,
      publish(qos, true).packet,
    );
  }
  refuses('MQTT-3.2.2-14: RETAIN 1 with role any', publish(0, true).bytes, RETAIN, {
    decoder: { retainAvailable: false, role: 'any' },
    before: [PUBLISH_5],
    decidedBy: 1,
  });
  decodesMqtt3(
    'MQTT-3.2.2-14: MQTT 3.1.1 has no such limit',
    '31 05 0001 61 6869',
    publish(0, true).packet,
    { decoder: { retainAvailable: false, ...SERVER }, before: [CONNECT], after: [PINGREQ] },
  );
});
