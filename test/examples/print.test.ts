import { type ControlPacket, Decoder, type EncodablePacket, encode, MqttError } from 'mqtt-wasm';
import { describe, expect, it } from 'vitest';
import { MASK } from '../../examples/live/fields.js';
import {
  type Direction,
  errorLines,
  eventLines,
  headline,
  hexLines,
  type PrintOptions,
  packetLines,
  WIDTH,
} from '../../examples/live/print.js';
import {
  coloured,
  columns,
  escapeText,
  layOut,
  plain,
  quote,
  wantsColour,
  wrap,
} from '../../examples/live/text.js';

const OPTIONS: PrintOptions = { paint: plain, showSecrets: false, maximumBytes: 96 };
const PASSAGE = {
  seconds: 12.3456,
  connection: 12,
  direction: 'client-to-broker' as Direction,
};
const ESC = String.fromCharCode(0x1b);

function lines(packet: EncodablePacket, options: Partial<PrintOptions> = {}, name = 'a client') {
  const frame = encode(packet);
  const [decoded] = new Decoder({ maximumListPacketSize: 2 ** 28 }).push(frame).packets();
  const passage = { ...PASSAGE, clientIdentifier: name };
  return packetLines(decoded as ControlPacket, frame, passage, { ...OPTIONS, ...options });
}

const NASTY = [
  `${ESC}[2J${ESC}]0;title\u0007`,
  'a\r\nb\tc\bd',
  '\u009b31m\u0085',
  '\u202egnp.exe\u2066\u200b\ufeff\u2028',
  '\u{e0041}\uffff\u{10ffff}',
  '"\\" and \'',
  '温度/设备/'.repeat(40),
  '👩‍🚀🌡️'.repeat(60),
  'x'.repeat(65_000),
  'word '.repeat(200),
];

const ACKNOWLEDGEMENTS = ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'UNSUBACK'] as const;
const EMPTY = ['PINGREQ', 'PINGRESP', 'DISCONNECT'] as const;

function everyPacket(text: string): EncodablePacket[] {
  const many = Array.from({ length: 20 }, () => text);
  return [
    {
      type: 'CONNECT',
      clientIdentifier: text,
      keepAlive: 65_535,
      bridge: true,
      will: { topic: text, payload: text, qos: 2, retain: true },
      userName: text,
      password: text,
    },
    { type: 'CONNACK', sessionPresent: false, returnCode: 4 },
    { type: 'PUBLISH', topic: text, payload: text },
    {
      type: 'PUBLISH',
      topic: text,
      payload: Buffer.from([0xff, 0x1b]),
      qos: 2,
      packetIdentifier: 9,
    },
    ...ACKNOWLEDGEMENTS.map((type) => ({ type, packetIdentifier: 65_535 }) as const),
    {
      type: 'SUBSCRIBE',
      packetIdentifier: 65_535,
      subscriptions: many.map((topicFilter) => ({ topicFilter, qos: 2 })),
    },
    {
      type: 'SUBACK',
      packetIdentifier: 1,
      returnCodes: [0, 1, 2, 0x80, ...many.map(() => 2 as const)],
    },
    { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: many },
    ...EMPTY.map((type) => ({ type }) as const),
  ];
}

describe('packets of MQTT 3.1.1 as lines', () => {
  for (const text of ['temperature', ...NASTY]) {
    it(`are no wider than ${WIDTH} columns and harmless: ${escapeText(text.slice(0, 20))}`, () => {
      for (const packet of everyPacket(text)) {
        for (const line of lines(packet, { maximumBytes: 1000 }, text)) {
          expect(columns(line)).toBeLessThanOrEqual(WIDTH);
          expect(line).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
        }
      }
    });
  }

  it('look so', () => {
    expect(
      lines({ type: 'PUBLISH', topic: 'a/b', payload: '{"t":1}', qos: 1, packetIdentifier: 258 }),
    ).toEqual([
      ' 12.346 s  #12  client ──► broker  PUBLISH         16 bytes  a client',
      '          dup: false   qos: 1   retain: false   topic: "a/b"   packetIdentifier: 258',
      `          payload: '{"t":1}' (7 bytes)`,
      '          0000  32 0e 00 03 61 2f 62 01  02 7b 22 74 22 3a 31 7d',
    ]);
    const passage = { ...PASSAGE, direction: 'broker-to-client' } as const;
    const pingresp = packetLines({ type: 'PINGRESP' }, Uint8Array.of(0xd0, 0), passage, OPTIONS);
    expect(pingresp).toEqual([
      ' 12.346 s  #12  client ◄── broker  PINGRESP         2 bytes',
      '          0000  d0 00',
    ]);
  });

  it('show every field of every type by its name', () => {
    for (const packet of everyPacket('temperature')) {
      const shown = lines(packet).join('\n');
      expect(shown).toContain(packet.type);
      for (const name of Object.keys(packet)) {
        if (name !== 'type') expect(shown).toMatch(new RegExp(`\\b${name}\\b`));
      }
    }
  });

  it('shorten long lists and long payloads with a count', () => {
    const subscribe = everyPacket('temperature').find(({ type }) => type === 'SUBSCRIBE');
    expect(lines(subscribe as EncodablePacket).join('\n')).toContain('subscriptions: … and 4 more');
    const publish = lines({ type: 'PUBLISH', topic: 'a', payload: 'é'.repeat(500) }).join('\n');
    expect(publish).toContain(`${'é'.repeat(70)}`);
    expect(publish).toContain('é"… (1,000 bytes)');
    expect(publish).toContain('… 910 more bytes');
    // 4 bytes a character: the part looked at may end inside a character.
    expect(
      lines({ type: 'PUBLISH', topic: 'a', payload: `a${'🌡'.repeat(300)}` }).join('\n'),
    ).toContain('"… (1,201 bytes)');
  });
});

/** The bytes shown, without line breaks and offsets. */
function hexOf(shown: string): string {
  const rows = shown.matchAll(/^ +[0-9a-f]{4} {2}(.*)$/gm);
  return Array.from(rows, (row) => row[1])
    .join(' ')
    .replace(/ +/g, ' ');
}

describe('a password', () => {
  const password = 'Secret-7';
  const connect: EncodablePacket = { type: 'CONNECT', userName: 'me', password };
  const inHex = 'Secret-7'.replace(/./g, (c) => `${c.charCodeAt(0).toString(16)} `).trim();

  it('is masked in fields and in bytes, and only it', () => {
    const shown = lines(connect).join('\n');
    expect(shown).toContain(`password: ${MASK}`);
    expect(shown).toContain('userName: "me"');
    expect(shown).not.toContain(password);
    const bytes = hexOf(shown);
    expect(bytes).toContain(`6d 65 00 08 ${Array(8).fill('••').join(' ')}`);
    expect(bytes).not.toContain(inHex.slice(0, 5));
  });

  it('is shown if asked for', () => {
    const shown = lines(connect, { showSecrets: true }).join('\n');
    expect(shown).toContain('password: "Secret-7"');
    expect(hexOf(shown)).toContain(inHex);
    expect(shown).not.toContain('••');
  });

  it('may be missing or empty', () => {
    expect(lines({ type: 'CONNECT' }).join('\n')).not.toContain('••');
    const empty = lines({ type: 'CONNECT', userName: 'me', password: '' }).join('\n');
    expect(empty).toContain(`password: ${MASK}`);
    expect(hexOf(empty)).toContain('02 6d 65 00 00');
  });
});

describe('bytes in hexadecimal', () => {
  it('stand 24 to a line, as many as asked for', () => {
    const frame = Uint8Array.from({ length: 30 }, (_, index) => index);
    expect(hexLines(frame, 30)).toEqual([
      '0000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  10 11 12 13 14 15 16 17',
      '0018  18 19 1a 1b 1c 1d',
    ]);
    expect(hexLines(frame, 2)).toEqual(['0000  00 01', '… 28 more bytes']);
    expect(hexLines(frame, 0)).toEqual(['… 30 more bytes']);
  });
});

describe('events', () => {
  it('are no wider either', () => {
    const error = new MqttError('ERR_MQTT_INVALID_UTF8', { packetType: 'PUBLISH', offset: 1e12 });
    const all = [
      ...errorLines(error, PASSAGE, plain),
      ...eventLines('cannot reach the broker '.repeat(20), PASSAGE, plain),
      ...headline('A step of the session '.repeat(10), plain),
    ];
    for (const line of all) expect(columns(line)).toBeLessThanOrEqual(WIDTH);
    expect(all.join(' ')).toContain('ERR_MQTT_INVALID_UTF8');
  });
});

describe('text', () => {
  it('is escaped and quoted so that the quotation cannot be closed', () => {
    expect(escapeText(`${ESC}[31m`)).toBe('\\u{1b}[31m');
    expect(escapeText('a\\u{1b}')).toBe('a\\\\u{1b}');
    expect(quote('say "no"', 99, true)).toBe(`'say "no"'`);
    expect(quote(`"it's"`, 99, true)).toBe(`"\\"it's\\""`);
    expect(quote('abcdef', 3, true)).toBe('"abc"…');
    expect(quote('abc', 3, false)).toBe('"abc"…');
  });

  it('is measured in columns', () => {
    expect(columns('abc')).toBe(3);
    expect(columns('温度')).toBe(4);
    expect(columns('🌡🚀')).toBe(4);
  });

  it('is broken between words, and within words where there is no other way', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    const fields = [
      { name: 'a', value: '1' },
      { name: 'b', value: '2345678901234' },
    ];
    expect(layOut(fields, 12, plain)).toEqual(['a: 1', 'b: 234567890', '1234']);
  });

  it('is coloured only where it is wanted', () => {
    expect(coloured('red', 'x')).toBe(`${ESC}[31mx${ESC}[39m`);
    expect(lines({ type: 'PINGREQ' }).join('')).not.toContain(ESC);
    expect(wantsColour(true, {})).toBe(true);
    expect(wantsColour(false, {})).toBe(false);
    expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColour(true, { NO_COLOR: '' })).toBe(true);
    expect(wantsColour(true, { TERM: 'dumb' })).toBe(false);
    expect(wantsColour(false, { FORCE_COLOR: '1' })).toBe(true);
    expect(wantsColour(true, { FORCE_COLOR: '0' })).toBe(false);
  });
});
