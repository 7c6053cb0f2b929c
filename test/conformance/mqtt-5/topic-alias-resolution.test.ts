/** Decoders that replace Topic Aliases by what they stand for (section 3.3.2.3.4). */
import { describe } from 'vitest';
import {
  CONNECT_5,
  mqtt5,
  PINGREQ,
  PINGRESP,
  PUBLISH_5,
  protocolError,
  violation,
} from '../../support/conformance.js';
import { hex } from '../../support/hex.js';
import { given, packet, publish, TO_ANY, TO_CLIENT, TO_SERVER, used } from './topic-aliases.js';

const { decodes, refuses } = mqtt5;

const UNKNOWN = protocolError('ERR_MQTT_TOPIC_ALIAS_UNKNOWN', 'PUBLISH', 2);

describe('use of an alias', () => {
  const { bytes, packet: resolved } = used('a/b', 1);
  decodes('option resolveTopicAliases: of a Server', bytes, resolved, {
    decoder: TO_CLIENT,
    before: [given('a/b', 1), PINGRESP],
    after: [used('a/b', 1), PINGRESP],
    canonical: false,
  });
  decodes('option resolveTopicAliases: of a Client', bytes, resolved, {
    decoder: TO_SERVER,
    before: [CONNECT_5, given('a/b', 1), PINGREQ],
    after: [used('a/b', 1), PUBLISH_5, PINGREQ],
    canonical: false,
  });
  decodes('option resolveTopicAliases: of either', bytes, resolved, {
    decoder: TO_ANY,
    before: [given('a/b', 1)],
    after: [PINGREQ],
    canonical: false,
  });
  decodes('option resolveTopicAliases: false by default', bytes, packet('', 1), {
    decoder: { role: 'client', topicAliasMaximum: 10 },
    before: [given('a/b', 1)],
    after: [PINGRESP],
  });
  decodes(
    'option resolveTopicAliases: false, for an alias that was never given',
    bytes,
    packet('', 1),
    {
      decoder: { resolveTopicAliases: false },
    },
  );
  decodes('option resolveTopicAliases: the largest of two', used('é', 10).bytes, packet('é', 10), {
    decoder: TO_CLIENT,
    before: [given('b', 9), given('é', 10)],
    after: [used('b', 9), used('é', 10)],
    canonical: false,
  });
  decodes('option resolveTopicAliases: two for one topic', used('a', 2).bytes, packet('a', 2), {
    decoder: TO_CLIENT,
    before: [given('a', 1), given('a', 2)],
    after: [used('a', 1)],
    canonical: false,
  });
  decodes('option resolveTopicAliases: given anew', used('b', 1).bytes, packet('b', 1), {
    decoder: TO_CLIENT,
    before: [given('a', 1), used('a', 1), given('b', 1)],
    after: [used('b', 1), given('a', 1), used('a', 1)],
    canonical: false,
  });
  decodes(
    'option resolveTopicAliases: at QoS 2, behind other properties',
    '35 14 0000 0005 0A 26 0001 6E 0001 76 23 0001 6869706869',
    {
      type: 'PUBLISH',
      topic: 'a',
      payload: hex('6869706869'),
      retain: true,
      qos: 2,
      dup: false,
      packetIdentifier: 5,
      properties: { userProperties: [['n', 'v']], topicAlias: 1 },
    },
    { decoder: TO_CLIENT, before: [given('a', 1)], after: [PINGRESP], canonical: false },
  );
});

describe('alias that stands for nothing', () => {
  const { bytes } = used('a', 1);
  refuses('option resolveTopicAliases: of a Server', bytes, UNKNOWN, {
    decoder: TO_CLIENT,
    before: [PUBLISH_5],
  });
  refuses('option resolveTopicAliases: of a Client', bytes, UNKNOWN, {
    decoder: TO_SERVER,
    before: [CONNECT_5, PUBLISH_5],
  });
  refuses('option resolveTopicAliases: where others do', used('', 3).bytes, UNKNOWN, {
    decoder: TO_CLIENT,
    before: [given('a', 1), given('b', 2), given('c', 4)],
    after: [used('a', 1)],
  });
  refuses('option resolveTopicAliases: where it is given only behind', bytes, UNKNOWN, {
    decoder: TO_CLIENT,
    before: [PUBLISH_5],
    after: [given('a', 1)],
  });
  refuses(
    'option resolveTopicAliases: above the maximum',
    publish('', 11),
    violation('ALIAS', 'ERR_MQTT_TOPIC_ALIAS_TOO_LARGE', 'PUBLISH', 6, 'MQTT-3.1.2-26'),
    { decoder: TO_CLIENT, before: [given('a', 1)] },
  );
  refuses(
    'option resolveTopicAliases: neither Topic Name nor alias',
    '30 05 0000 00 6869',
    protocolError('ERR_MQTT_TOPIC_ALIAS_MISSING', 'PUBLISH', 2),
    { decoder: TO_CLIENT, before: [given('a', 1)] },
  );
});
