/** Packets of MQTT 5.0 as lines: every property, reason codes by their names, secrets masked. */
import {
  type ControlPacket,
  Decoder,
  type EncodablePacket,
  Encoder,
  type PropertyName,
  type PropertyValues,
} from 'mqtt-wasm';
import { describe, expect, it } from 'vitest';
import { MASK } from '../../examples/live/fields.js';
import { type PrintOptions, packetLines, WIDTH } from '../../examples/live/print.js';
import { columns, escapeText, plain } from '../../examples/live/text.js';

const OPTIONS: PrintOptions = { paint: plain, showSecrets: false, maximumBytes: 1000 };
const PASSAGE = { seconds: 1, connection: 1, direction: 'client-to-broker' } as const;

function linesOf(packet: ControlPacket, frame: Uint8Array, options: Partial<PrintOptions> = {}) {
  return packetLines(packet, frame, PASSAGE, { ...OPTIONS, ...options });
}

function lines(packet: EncodablePacket, options: Partial<PrintOptions> = {}): string[] {
  const frame = new Encoder({ protocolVersion: 5 }).encode(packet);
  const [decoded] = new Decoder({ protocolVersion: 5 }).push(frame).packets();
  return linesOf(decoded as ControlPacket, frame, options);
}

/** Lines without the bytes in hexadecimal, put together to one. */
function fieldsOf(packet: EncodablePacket, options: Partial<PrintOptions> = {}): string {
  const [, ...rest] = lines(packet, { ...options, maximumBytes: 0 });
  return rest
    .filter((line) => !/^ *… [\d,]+ more bytes$/.test(line))
    .map((line) => line.trim())
    .join('   ');
}

type Properties = { readonly [Name in PropertyName]?: PropertyValues[Name] };

/** Properties of every packet, with text in them wherever there may be text. */
function propertiesOf(text: string) {
  const userProperties = [
    [text, text],
    [text, 'again'],
    ['__proto__', text],
  ] as const;
  const reasonString = text;
  const authentication = {
    authenticationMethod: text,
    authenticationData: Buffer.from(text),
  };
  const message = {
    payloadFormatIndicator: 1,
    messageExpiryInterval: 0xffff_ffff,
    contentType: text,
    correlationData: Buffer.from(text),
    userProperties,
  } as const;
  return {
    connect: {
      sessionExpiryInterval: 7200,
      ...authentication,
      requestProblemInformation: false,
      requestResponseInformation: true,
      receiveMaximum: 65_535,
      topicAliasMaximum: 0,
      userProperties,
      maximumPacketSize: 0xffff_ffff,
    },
    will: { ...message, willDelayInterval: 5 },
    connack: {
      sessionExpiryInterval: 0,
      assignedClientIdentifier: text,
      serverKeepAlive: 65_535,
      ...authentication,
      responseInformation: text,
      serverReference: text,
      reasonString,
      receiveMaximum: 1,
      topicAliasMaximum: 65_535,
      maximumQoS: 1,
      retainAvailable: false,
      userProperties,
      maximumPacketSize: 1,
      wildcardSubscriptionAvailable: true,
      subscriptionIdentifierAvailable: false,
      sharedSubscriptionAvailable: true,
    },
    publish: {
      ...message,
      responseTopic: text,
      subscriptionIdentifiers: [1, 268_435_455],
      topicAlias: 65_535,
    },
    acknowledgement: { reasonString, userProperties },
    subscribe: { subscriptionIdentifier: 268_435_455, userProperties },
    unsubscribe: { userProperties },
    disconnect: { sessionExpiryInterval: 1, reasonString, userProperties },
    auth: { ...authentication, reasonString, userProperties },
  } as const satisfies Record<string, Properties>;
}

function everyPacket(text: string): EncodablePacket[] {
  const { connect, will, connack, publish, acknowledgement, subscribe, unsubscribe, ...others } =
    propertiesOf(text);
  return [
    {
      type: 'CONNECT',
      protocolLevel: 5,
      clientIdentifier: text,
      properties: connect,
      will: { topic: text, payload: text, properties: will },
      userName: text,
      password: text,
    },
    { type: 'CONNACK', sessionPresent: false, reasonCode: 0x9d, properties: connack },
    { type: 'PUBLISH', topic: text, payload: text, properties: publish },
    { type: 'PUBACK', packetIdentifier: 1, reasonCode: 0x97, properties: acknowledgement },
    { type: 'PUBREC', packetIdentifier: 1, reasonCode: 0x91, properties: acknowledgement },
    { type: 'PUBREL', packetIdentifier: 1, reasonCode: 0x92, properties: acknowledgement },
    { type: 'PUBCOMP', packetIdentifier: 1, reasonCode: 0x00, properties: acknowledgement },
    {
      type: 'SUBSCRIBE',
      packetIdentifier: 1,
      properties: subscribe,
      subscriptions: [
        { topicFilter: text, qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 },
      ],
    },
    {
      type: 'SUBACK',
      packetIdentifier: 1,
      properties: acknowledgement,
      reasonCodes: [0x00, 0x01, 0x02, 0xa2],
    },
    { type: 'UNSUBSCRIBE', packetIdentifier: 1, properties: unsubscribe, topicFilters: [text] },
    {
      type: 'UNSUBACK',
      packetIdentifier: 1,
      properties: acknowledgement,
      reasonCodes: [0x00, 0x11, 0x8f],
    },
    { type: 'DISCONNECT', reasonCode: 0x04, properties: others.disconnect },
    { type: 'AUTH', reasonCode: 0x18, properties: others.auth },
  ];
}

const ESC = String.fromCharCode(0x1b);
const NASTY = [
  `${ESC}[2J${ESC}]0;title\u0007`,
  'a\r\nb\tc\bd',
  '\u202egnp.exe\u2066\u200b\ufeff\u2028',
  '"\\" and \'',
  '温度/设备/'.repeat(40),
  'x'.repeat(5000),
];

describe('packets of MQTT 5.0 as lines', () => {
  for (const text of ['temperature', ...NASTY]) {
    it(`are no wider than ${WIDTH} columns and harmless: ${escapeText(text.slice(0, 20))}`, () => {
      for (const packet of everyPacket(text)) {
        for (const line of lines(packet)) {
          expect(columns(line)).toBeLessThanOrEqual(WIDTH);
          expect(line).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
        }
      }
    });
  }

  it('show every property of every type by its name', () => {
    for (const packet of everyPacket('temperature')) {
      const shown = fieldsOf(packet);
      const { properties = {} } = packet as { properties?: object };
      expect(Object.keys(properties).length).toBeGreaterThan(0);
      for (const name of Object.keys(properties)) {
        expect(shown, packet.type).toMatch(new RegExp(`(^| )properties\\.${name}(\\[0\\])?: `));
      }
    }
    const shown = fieldsOf(everyPacket('temperature')[0] as EncodablePacket);
    for (const name of Object.keys(propertiesOf('').will)) {
      expect(shown).toMatch(new RegExp(` will\\.properties\\.${name}(\\[0\\])?: `));
    }
  });

  it('look so', () => {
    expect(
      lines({
        type: 'PUBLISH',
        topic: '',
        payload: 'hi',
        qos: 1,
        packetIdentifier: 258,
        properties: {
          payloadFormatIndicator: 0,
          messageExpiryInterval: 0,
          correlationData: Buffer.from([0xff]),
          topicAlias: 3,
          userProperties: [['say', '"no"']],
        },
      }),
    ).toEqual([
      '  1.000 s  #1   client ──► broker  PUBLISH         35 bytes',
      '          dup: false   qos: 1   retain: false   topic: ""   packetIdentifier: 258',
      '          properties.payloadFormatIndicator: 0 (unspecified bytes)',
      '          properties.messageExpiryInterval: 0 s   properties.correlationData: binary (1 bytes)',
      `          properties.topicAlias: 3   properties.userProperties[0]: "say" = '"no"'`,
      '          payload: "hi" (2 bytes)',
      '          0000  32 21 00 00 01 02 1a 01  00 02 00 00 00 00 09 00  01 ff 23 00 03 26 00 03',
      '          0018  73 61 79 00 04 22 6e 6f  22 68 69',
    ]);
  });

  const samples: readonly (readonly [EncodablePacket, string])[] = [
    [
      { type: 'CONNACK', sessionPresent: true, reasonCode: 0x00 },
      'sessionPresent: true   reasonCode: 0x00 (Success)',
    ],
    [
      { type: 'PUBACK', packetIdentifier: 7, reasonCode: 0x87 },
      'packetIdentifier: 7   reasonCode: 0x87 (Not authorized)',
    ],
    [
      { type: 'PUBREL', packetIdentifier: 7, reasonCode: 0x92 },
      'packetIdentifier: 7   reasonCode: 0x92 (Packet Identifier not found)',
    ],
    [
      {
        type: 'SUBSCRIBE',
        packetIdentifier: 7,
        properties: { subscriptionIdentifier: 9 },
        subscriptions: [
          { topicFilter: 'a', qos: 1, noLocal: true, retainAsPublished: false, retainHandling: 2 },
        ],
      },
      'packetIdentifier: 7   properties.subscriptionIdentifier: 9   subscriptions[0]: { topicFilter: "a", qos: 1, noLocal: true, retainAsPublished: false,   retainHandling: 2 }',
    ],
    [
      { type: 'SUBACK', packetIdentifier: 7, reasonCodes: [0x00, 0x8f] },
      'packetIdentifier: 7   reasonCodes[0]: 0x00 (Granted QoS 0)   reasonCodes[1]: 0x8F (Topic Filter invalid)',
    ],
    [
      { type: 'UNSUBACK', packetIdentifier: 7, reasonCodes: [0x11] },
      'packetIdentifier: 7   reasonCodes[0]: 0x11 (No subscription existed)',
    ],
    [{ type: 'DISCONNECT' }, 'reasonCode: 0x00 (Normal disconnection)'],
    [
      { type: 'DISCONNECT', reasonCode: 0x8b, properties: { serverReference: 'b:1883' } },
      'reasonCode: 0x8B (Server shutting down)   properties.serverReference: "b:1883"',
    ],
    [
      {
        type: 'AUTH',
        reasonCode: 0x19,
        properties: { authenticationMethod: 'SCRAM-SHA-1' },
      },
      'reasonCode: 0x19 (Re-authenticate)   properties.authenticationMethod: "SCRAM-SHA-1"',
    ],
  ];
  for (const [packet, shown] of samples) {
    it(`say what their codes mean: ${shown}`, () => {
      expect(fieldsOf(packet)).toBe(shown);
    });
  }

  it('shorten long lists of User Properties with a count', () => {
    const userProperties = Array.from({ length: 20 }, (_, at) => [`${at}`, ''] as const);
    const shown = fieldsOf({
      type: 'UNSUBACK',
      packetIdentifier: 1,
      reasonCodes: [0],
      properties: { userProperties },
    });
    expect(shown).toContain('properties.userProperties[15]: "15" = ""');
    expect(shown).toContain('properties.userProperties: … and 4 more');
    expect(shown).not.toContain('"16"');
  });

  it('do not know whether all of a payload is there that comes in parts', () => {
    const publish: EncodablePacket = { type: 'PUBLISH', topic: 'a', payload: 'x'.repeat(300) };
    const frame = new Encoder({ protocolVersion: 5 }).encode(publish);
    const decoder = new Decoder({ protocolVersion: 5, publishPartsAbove: 100 });
    const shown = [frame.subarray(0, 150), frame.subarray(150)].flatMap((chunk) =>
      [...decoder.push(chunk)].map((piece) =>
        linesOf(piece.packet(), piece.bytes, { maximumBytes: 0 }),
      ),
    );
    for (const line of shown.flat()) expect(columns(line)).toBeLessThanOrEqual(WIDTH);
    expect(shown.map(([head]) => /broker {2}(\w+)/.exec(head as string)?.[1])).toEqual([
      'PUBLISH_START',
      'PUBLISH_PART',
      'PUBLISH_PART',
      'PUBLISH_END',
    ]);
    const text = shown.flat().join('\n');
    expect(text).toContain('topic: "a"   payloadLength: 300 bytes');
    // 7 bytes of header before the payload in the first 150.
    expect(text).toContain('(143 bytes)');
    expect(text).toContain('(157 bytes)');
  });
});

/** The bytes shown, without line breaks and offsets. */
function hexOf(shown: readonly string[]): string {
  const rows = shown.join('\n').matchAll(/^ +[0-9a-f]{4} {2}(.*)$/gm);
  return Array.from(rows, (row) => row[1])
    .join(' ')
    .replace(/ +/g, ' ');
}

describe('Authentication Data', () => {
  const authenticationData = Buffer.from('Secret-7');
  const inHex = '53 65 63 72 65 74 2d 37';
  const hidden = Array(8).fill('••').join(' ');
  const properties = { authenticationMethod: 'm', authenticationData };
  const carriers: readonly EncodablePacket[] = [
    {
      type: 'CONNECT',
      protocolLevel: 5,
      properties,
      clientIdentifier: 'me',
      will: { topic: 'w', properties: { correlationData: authenticationData } },
    },
    { type: 'CONNACK', sessionPresent: false, reasonCode: 0x00, properties },
    { type: 'AUTH', reasonCode: 0x18, properties },
  ];
  for (const packet of carriers) {
    it(`of ${packet.type} is masked in fields and in bytes, and only it`, () => {
      const shown = lines(packet);
      expect(fieldsOf(packet)).toContain(`properties.authenticationData: ${MASK}`);
      // The property is 16, its length 8; the method before it is shown.
      expect(hexOf(shown)).toContain(`15 00 01 6d 16 00 08 ${hidden}`);
      expect(hexOf(shown).match(/••/g)).toHaveLength(8);
      // The same bytes elsewhere are no secret.
      if (packet.type === 'CONNECT') expect(hexOf(shown)).toContain(`09 00 08 ${inHex}`);
      else expect(shown.join('\n')).not.toContain('Secret');
    });

    it(`of ${packet.type} is shown if asked for`, () => {
      const shown = lines(packet, { showSecrets: true });
      expect(shown.join('\n')).toContain('properties.authenticationData: "Secret-7" (8 bytes)');
      expect(hexOf(shown)).toContain(`16 00 08 ${inHex}`);
      expect(shown.join('\n')).not.toContain('•');
    });
  }

  it('is masked beside a password, in a frame that came in pieces', () => {
    const packet: EncodablePacket = {
      type: 'CONNECT',
      protocolLevel: 5,
      properties,
      userName: 'u',
      password: 'Pass',
    };
    const frame = new Encoder().encode(packet);
    const decoder = new Decoder({ role: 'server' });
    const shown = Array.from(frame, (byte) => [...decoder.push(Uint8Array.of(byte))])
      .flat()
      .flatMap((whole) => linesOf(whole.packet(), whole.bytes));
    expect(hexOf(shown)).toContain(`16 00 08 ${hidden}`);
    expect(hexOf(shown)).toMatch(/00 01 75 00 04 •• •• •• ••$/);
    expect(hexOf(shown).match(/••/g)).toHaveLength(12);
  });

  it('hides all bytes of a frame where nobody knows in which of them it stands', () => {
    const frame = new Encoder({ protocolVersion: 5 }).encode(carriers[2] as EncodablePacket);
    const [packet] = new Decoder({ protocolVersion: 5 }).push(frame.slice()).packets();
    expect(hexOf(linesOf(packet as ControlPacket, Uint8Array.from(frame)))).toMatch(/^••( ••)*$/);
  });
});
