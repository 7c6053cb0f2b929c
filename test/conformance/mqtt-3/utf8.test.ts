/** The option `utf8: 'off'`: what it lets pass, and what it does not. */
import { decodes, malformed, refuses } from '../../support/conformance.js';
import { frame, hex } from '../../support/hex.js';

const off = { decoder: { utf8: 'off' }, canonical: false } as const;

refuses(
  'option utf8: a Topic Name in ISO 8859-1 is refused by default',
  '30 08 0004 67E46574 6869',
  malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 5, 'MQTT-1.5.3-1'),
);
decodes(
  'option utf8: with off it passes, and what is no UTF-8 is U+FFFD',
  '30 08 0004 67E46574 6869',
  { type: 'PUBLISH', topic: 'g\ufffdet', payload: hex('6869'), retain: false, qos: 0, dup: false },
  off,
);
decodes(
  'option utf8: with off a Topic Filter passes too',
  frame('A2', '0001', '0002 61C3'),
  { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: ['a\ufffd'] },
  off,
);
refuses(
  'option utf8: with off U+0000 is refused as ever',
  '30 05 0003 61FF00',
  malformed('ERR_MQTT_NULL_CHARACTER', 'PUBLISH', 6, 'MQTT-1.5.3-2'),
  off,
);
refuses(
  'option utf8: with off a wildcard in a Topic Name is refused as ever',
  '30 05 0003 61FF23',
  malformed('ERR_MQTT_TOPIC_NAME_WILDCARD', 'PUBLISH', 6, 'MQTT-3.3.2-2'),
  off,
);
