/** What passes unless `strict` is set, because brokers and clients answer it themselves; and what does not pass though mqtt-packet takes it. */
import { describe, expect, it } from 'vitest';
import { hex } from '../support/hex.js';
import { faultsIn, seenByOurs, seenByTheirs } from './parsing.js';

interface Example {
  readonly says: string;
  readonly bytes: string;
  readonly code: string;
  readonly protocolVersion?: number;
}

const PASSING: readonly Example[] = [
  {
    says: 'Packet Identifier 0 of a PUBLISH',
    bytes: '32 06 0001 61 0000 09',
    code: 'ERR_MQTT_PACKET_IDENTIFIER',
  },
  {
    says: 'Packet Identifier 0 of a PUBACK',
    bytes: '40 02 0000',
    code: 'ERR_MQTT_PACKET_IDENTIFIER',
  },
  {
    says: 'Packet Identifier 0 of a SUBSCRIBE',
    bytes: '82 06 0000 0001 61 00',
    code: 'ERR_MQTT_PACKET_IDENTIFIER',
  },
  {
    says: 'wildcards in the topic of a PUBLISH',
    bytes: '30 06 0003 2b2f23 09',
    code: 'ERR_MQTT_TOPIC_NAME_WILDCARD',
  },
  {
    says: 'both in one PUBLISH',
    bytes: '32 07 0001 23 0000 0809',
    code: 'ERR_MQTT_TOPIC_NAME_WILDCARD',
  },
  {
    says: 'MQIsdp at level 4',
    bytes: '10 0f 0006 4d5149736470 04 02 0000 0001 61',
    code: 'ERR_MQTT_PROTOCOL_LEVEL',
  },
  {
    says: 'MQTT at level 3',
    bytes: '10 0d 0004 4d515454 03 02 0000 0001 61',
    code: 'ERR_MQTT_PROTOCOL_LEVEL',
  },
  {
    says: 'no Client Identifier without Clean Session',
    bytes: '10 0c 0004 4d515454 04 00 0000 0000',
    code: 'ERR_MQTT_CLIENT_IDENTIFIER',
  },
  {
    says: 'a CONNACK of MQTT 3.1.1 to a Client of 5.0',
    bytes: '20 02 0001',
    code: 'ERR_MQTT_CONNACK_OF_MQTT_3',
    protocolVersion: 5,
  },
  {
    says: "a return code of the broker's own",
    bytes: '20 02 00 06',
    code: 'ERR_MQTT_CONNECT_RETURN_CODE',
  },
  {
    says: 'a CONNACK of MQTT 5.0 that is cut short',
    bytes: '20 01 00',
    code: 'ERR_MQTT_PACKET_LENGTH',
    protocolVersion: 5,
  },
  {
    says: 'a Maximum QoS of 2',
    bytes: '20 05 00 00 02 24 02',
    code: 'ERR_MQTT_PROPERTY_VALUE',
    protocolVersion: 5,
  },
];

const REFUSED: readonly Example[] = [
  { says: 'ill-formed UTF-8', bytes: '30 03 0001 ff', code: 'ERR_MQTT_INVALID_UTF8' },
  { says: 'U+0000', bytes: '30 03 0001 00', code: 'ERR_MQTT_NULL_CHARACTER' },
  { says: 'an empty topic', bytes: '30 03 0000 61', code: 'ERR_MQTT_TOPIC_NAME_EMPTY' },
  { says: 'DUP at QoS 0', bytes: '38 03 0001 61', code: 'ERR_MQTT_DUP_AT_QOS_0' },
  { says: 'bytes behind a PUBACK', bytes: '40 03 0001 00', code: 'ERR_MQTT_PACKET_LENGTH' },
  { says: 'a SUBSCRIBE without topics', bytes: '82 02 0001', code: 'ERR_MQTT_PACKET_LENGTH' },
  {
    says: 'a property twice',
    bytes: '30 0e 0001 61 0a 02 00000001 02 00000001',
    code: 'ERR_MQTT_PROPERTY_REPEATED',
    protocolVersion: 5,
  },
  {
    says: 'a property of another packet',
    bytes: '30 07 0001 61 03 21 0001',
    code: 'ERR_MQTT_PROPERTY_NOT_ALLOWED',
    protocolVersion: 5,
  },
  {
    says: 'a Will of QoS 3',
    bytes: '10 12 0004 4d515454 04 1e 0000 0001 61 0001 62 0000',
    code: 'ERR_MQTT_INVALID_QOS',
  },
];

function fault(bytes: Uint8Array, options: object): string | undefined {
  return (faultsIn([bytes], options)[0] as { code?: string } | undefined)?.code;
}

describe('passes unless strict is set, as with mqtt-packet', () => {
  it.each(PASSING)('$says', ({ bytes, code, protocolVersion }) => {
    const frame = hex(bytes);
    const options = { protocolVersion };
    const { packets, errors } = seenByOurs([frame], options);
    expect(errors).toEqual([]);
    expect(packets).toEqual(seenByTheirs([frame], options).packets);
    expect(fault(frame, { ...options, strict: true })).toBe(code);
  });

  it('but not what else is wrong with the same packet', () => {
    // Packet Identifier 0, behind a topic that is no UTF-8.
    expect(fault(hex('32 05 0001 ff 0000'), {})).toBe('ERR_MQTT_INVALID_UTF8');
    // A wildcard, then a property twice.
    const twice = hex('30 0e 0001 23 0a 02 00000001 02 00000001');
    expect(fault(twice, { protocolVersion: 5 })).toBe('ERR_MQTT_PROPERTY_REPEATED');
    // MQIsdp at level 4, and U+0000 in the Client Identifier.
    expect(fault(hex('10 0f 0006 4d5149736470 04 02 0000 0001 00'), {})).toBe(
      'ERR_MQTT_NULL_CHARACTER',
    );
  });

  it('and nothing hides behind what passes in a CONNECT', () => {
    const illFormed = 'ERR_MQTT_INVALID_UTF8';
    // MQIsdp at level 5; at level 3 without a Client Identifier, and a user name; Authentication Data without a method.
    expect(fault(hex('10 10 0006 4d5149736470 05 02 0000 00 0001 ff'), {})).toBe(illFormed);
    expect(fault(hex('10 11 0006 4d5149736470 03 82 0000 0000 0001 ff'), {})).toBe(illFormed);
    const data = hex('10 12 0004 4d515454 05 02 0000 04 16 0001 07 0001 ff');
    expect(faultsIn([data], {})).toMatchObject([{ code: illFormed, offset: 19 }]);
    // The place is that in the frame as it came.
    const long = hex('10 0f 0006 4d5149736470 04 02 0000 0001 00');
    expect(faultsIn([long], {})).toMatchObject([{ code: 'ERR_MQTT_NULL_CHARACTER', offset: 16 }]);
  });

  it('in any place of a chunk', () => {
    for (const protocolVersion of [4, 5]) {
      const lenient = PASSING.filter((one) => (one.protocolVersion ?? 4) === protocolVersion)
        .map(({ bytes }) => hex(bytes))
        // A CONNECT changes the version.
        .filter(([first]) => first !== 0x10);
      const puback = hex('40 02 0007');
      const frames = [puback, ...lenient.flatMap((frame) => [frame, frame, puback])];
      const chunk = Buffer.concat(frames);
      // One by one: mqtt-packet reads some of them into the next.
      const packets = frames.flatMap((frame) => seenByTheirs([frame], { protocolVersion }).packets);
      expect(packets).toHaveLength(frames.length);
      for (let split = 0; split <= chunk.length; split++) {
        const chunks = [chunk.subarray(0, split), chunk.subarray(split)];
        expect(seenByOurs(chunks, { protocolVersion }).packets).toEqual(packets);
      }
    }
    const connects = Buffer.concat(
      PASSING.filter(({ bytes }) => bytes.startsWith('10')).map(({ bytes }) => hex(bytes)),
    );
    expect(seenByOurs([connects]).packets).toEqual(seenByTheirs([connects]).packets);
  });

  it('as a SUBSCRIBE does that is behind others', () => {
    const chunk = hex('10 0d 0004 4d515454 04 02 0000 0001 61  82 06 0000 0001 61 00  c0 00');
    expect(seenByOurs([chunk])).toEqual(seenByTheirs([chunk]));
  });

  it('however often, within reason', () => {
    const block = (count: number) => {
      const wills = '18 00000005'.repeat(count);
      const length = (5 * count).toString(16).padStart(2, '0');
      const rest = (5 * count + 4).toString(16).padStart(2, '0');
      return hex(`30 ${rest} 0001 61 ${length} ${wills}`);
    };
    expect(fault(block(16), { protocolVersion: 5 })).toBeUndefined();
    expect(fault(block(17), { protocolVersion: 5 })).toBe('ERR_MQTT_PROPERTY_NOT_ALLOWED');
  });

  it('and the packets around it come as ever', () => {
    const chunk = hex(
      '40 02 0007  32 06 0001 61 0000 09  40 02 0000  c0 00  30 04 0001 2b 09  40 02 0008',
    );
    expect(seenByOurs([chunk])).toEqual(seenByTheirs([chunk]));
    for (let split = 1; split < chunk.length; split++) {
      const chunks = [chunk.subarray(0, split), chunk.subarray(split)];
      expect(seenByOurs(chunks)).toEqual(seenByTheirs(chunks));
    }
  });
});

describe('is refused though mqtt-packet takes it', () => {
  it.each(REFUSED)('$says', ({ bytes, code, protocolVersion }) => {
    const frame = hex(bytes);
    const options = { protocolVersion };
    expect(seenByTheirs([frame], options).errors).toEqual([]);
    expect(fault(frame, options)).toBe(code);
    expect(fault(frame, { ...options, strict: true })).toBe(code);
  });
});
