/** The option `utf8: 'off'`: what it lets pass, and what it does not. */
import { malformed, mqtt5, protocolError, violation } from '../../support/conformance.js';
import { frame, hex } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;
const off = { decoder: { utf8: 'off' }, canonical: false } as const;

const LATIN_1 = '30 0A 0004 67E46574 00 6869 78'; // "gät" in ISO 8859-1, and an e

refuses(
  'option utf8: a Topic Name in ISO 8859-1 is refused by default',
  LATIN_1,
  malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 5, 'MQTT-1.5.4-1'),
);
decodes(
  'option utf8: with off it passes, and what is no UTF-8 is U+FFFD',
  LATIN_1,
  {
    type: 'PUBLISH',
    topic: 'g\ufffdet',
    payload: hex('6869 78'),
    retain: false,
    qos: 0,
    dup: false,
  },
  off,
);
decodes(
  'option utf8: with off text of a property and of a list passes too',
  frame('82', '0001', '07 26 0001 FF 0001 80', '0002 61C3', '00'),
  {
    type: 'SUBSCRIBE',
    packetIdentifier: 1,
    properties: { userProperties: [['\ufffd', '\ufffd']] },
    subscriptions: [
      {
        topicFilter: 'a\ufffd',
        qos: 0,
        noLocal: false,
        retainAsPublished: false,
        retainHandling: 0,
      },
    ],
  },
  off,
);
refuses(
  'option utf8: with off U+0000 is refused as ever',
  '30 06 0003 61FF00 00',
  malformed('ERR_MQTT_NULL_CHARACTER', 'PUBLISH', 6, 'MQTT-1.5.4-2'),
  off,
);
refuses(
  'option utf8: with off a wildcard in a Topic Name is refused as ever',
  '30 06 0003 61FF23 00',
  violation('TOPIC_NAME', 'ERR_MQTT_TOPIC_NAME_WILDCARD', 'PUBLISH', 6, 'MQTT-3.3.2-2'),
  off,
);
refuses(
  'option utf8: with off a wildcard in a Response Topic is refused as ever',
  frame('30', '0001 61', '05 08 0002 FF2B'),
  protocolError('ERR_MQTT_RESPONSE_TOPIC_WILDCARD', 'PUBLISH', 10, 'MQTT-3.3.2-14'),
  off,
);
