/** What code around `parser()` relies on. */
import fc from 'fast-check';
import mqtt from 'mqtt-packet';
import { describe, expect, it, vi } from 'vitest';
import {
  Decoder,
  type ISubscribePacket,
  type ISubscription,
  MqttError,
  type Packet,
  type Parser,
  parser,
} from '../../src/index.js';
import { chunksOf, seenByOurs, seenByTheirs } from './parsing.js';

const PUBLISH = Buffer.from([0x30, 6, 0, 1, 0x61, 1, 2, 3]);
const PUBACK = Buffer.from([0x40, 2, 0, 7]);
const PINGREQ = Buffer.from([0xc0, 0]);
/** Flags that a PINGREQ may not have. */
const WRONG = Buffer.from([0xc1, 0]);
const CONNECT_5 = mqtt.generate({ cmd: 'connect', clientId: 'c', protocolVersion: 5 });
/** MQTT 5.0, without properties. */
const PUBLISH_5 = Buffer.from([0x30, 5, 0, 1, 0x61, 0, 9]);

/** The commands of the packets, and `error`, in the order in which they are emitted. */
function eventsOf(made: Parser): string[] {
  const events: string[] = [];
  made.on('packet', ({ cmd }) => events.push(cmd));
  made.on('error', () => events.push('error'));
  return events;
}

describe('parse()', () => {
  it('emits packets before it returns, with the parser as this', () => {
    const made = parser();
    const seen: unknown[] = [];
    made.on('packet', function (this: unknown) {
      seen.push(this);
    });
    expect(made.parse(PUBLISH)).toBe(0);
    expect(seen).toEqual([made]);
  });

  it('returns what mqtt-packet returns, at every split', () => {
    const bytes = Buffer.concat([
      PUBLISH,
      PUBACK,
      mqtt.generate({
        cmd: 'publish',
        topic: 'a',
        payload: 'x'.repeat(300),
        qos: 1,
        messageId: 1,
        retain: false,
        dup: false,
      }),
      PINGREQ,
    ]);
    for (let split = 0; split <= bytes.length; split++) {
      const chunks = [bytes.subarray(0, split), bytes.subarray(split)];
      expect(seenByOurs(chunks).held).toEqual(seenByTheirs(chunks).held);
    }
  });

  it('returns what mqtt-packet returns when bytes are refused', () => {
    const wrong = [
      WRONG,
      Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1]),
      Buffer.from([0x30, 3, 0, 9, 1]),
      Buffer.from([0x82, 5, 0, 1, 0, 9, 0x61]),
    ];
    for (const bytes of wrong) {
      const whole = [Buffer.concat([PUBACK, bytes, PUBACK])];
      expect(seenByOurs(whole).held).toEqual(seenByTheirs(whole).held);
      // Up to the error: what comes behind it, mqtt-packet reads from a stale position.
      const single = chunksOf(bytes.subarray(0, bytes[0] === 0x30 ? 5 : bytes.length), [1]);
      const { held, errors } = seenByTheirs(single);
      expect(seenByOurs(single)).toMatchObject({ held, errors });
    }
  });

  it.each([
    ['a Uint8Array', Uint8Array.from(PUBLISH)],
    ['text', PUBLISH.toString('latin1')],
    ['a list of Buffers', [PUBLISH.subarray(0, 3), PUBLISH.subarray(3)]],
    ['an ArrayBuffer', Uint8Array.from(PUBLISH).buffer],
    ['another view', new DataView(Uint8Array.from(PUBLISH).buffer)],
    ['what has slice()', { length: PUBLISH.length, slice: () => PUBLISH }],
  ])('takes %s', (_, chunk) => {
    const made = parser();
    const packets: Packet[] = [];
    made.on('packet', (packet) => packets.push(packet));
    made.parse(chunk);
    expect(packets).toMatchObject([{ topic: 'a', payload: Buffer.from([1, 2, 3]) }]);
  });

  it('takes nothing as nothing, and refuses what is no bytes', () => {
    const made = parser();
    expect(made.parse(Buffer.alloc(0))).toBe(0);
    expect(made.parse(null)).toBe(0);
    expect(() => made.parse(7 as never)).toThrow(TypeError);
  });
});

describe('an error', () => {
  it('comes once, behind the packets before it, and the next call starts anew', () => {
    const made = parser();
    const events = eventsOf(made);
    made.parse(Buffer.concat([PUBACK, WRONG, PUBACK]));
    expect(events).toEqual(['puback', 'error']);
    expect(made.error).toBeInstanceOf(MqttError);
    made.parse(PUBLISH.subarray(0, 4));
    expect(made.error).toBeNull();
    made.parse(PUBLISH.subarray(4));
    expect(events).toEqual(['puback', 'error', 'publish']);
  });

  it('does not leave a position behind: a body may begin anywhere afterwards', () => {
    const made = parser();
    const events = eventsOf(made);
    made.parse(Buffer.from([0x82, 8, 0, 1, 0, 1, 0x61, 3, 0, 0]));
    made.parse(Buffer.from([0x30, 0x85]));
    made.parse(Buffer.concat([Buffer.from([0]), PUBLISH.subarray(2, 7)]));
    expect(events).toEqual(['error', 'publish']);
  });

  it('says code, reason code, packet and offset in the stream', () => {
    const made = parser();
    const errors: MqttError[] = [];
    made.on('error', (error: MqttError) => errors.push(error));
    made.parse(PUBACK);
    made.parse(Buffer.from([0x30, 3, 0, 9, 0x61]));
    expect(errors).toMatchObject([
      {
        message: 'Cannot parse topic',
        code: 'ERR_MQTT_FIELD_PAST_END',
        reasonCode: 0x81,
        packetType: 'PUBLISH',
        offset: 6,
      },
    ]);
  });

  it('is thrown where nobody listens', () => {
    const made = parser();
    expect(() => made.parse(WRONG)).toThrow(
      'Invalid header flag bits, must be 0x0 for pingreq packet',
    );
    const events = eventsOf(made);
    made.parse(PINGREQ);
    expect(events).toEqual(['pingreq']);
  });

  it('may be answered by a call of parse(), which starts anew', () => {
    const made = parser();
    const events: string[] = [];
    made.on('packet', ({ cmd }) => events.push(cmd));
    made.once('error', () => made.parse(PUBACK));
    made.parse(Buffer.concat([WRONG, PINGREQ]));
    made.parse(PINGREQ);
    expect(events).toEqual(['puback', 'pingreq']);
  });
});

describe('a listener', () => {
  it('that throws sees no packet twice, and what is behind it comes with the next call', () => {
    const made = parser();
    const ids: unknown[] = [];
    made.on('packet', ({ cmd, messageId }) => {
      ids.push(messageId ?? cmd);
      if (ids.length === 2) throw new Error('mine');
    });
    const chunk = Buffer.concat([PUBACK, PUBLISH, PINGREQ, PUBLISH.subarray(0, 3)]);
    expect(() => made.parse(chunk)).toThrow('mine');
    expect(ids).toEqual([7, 'publish']);
    made.parse(PUBLISH.subarray(3));
    expect(ids).toEqual([7, 'publish', 'pingreq', 'publish']);
  });

  it('that throws at a frame of several chunks sees it once', () => {
    const made = parser();
    const listener = vi.fn(() => {
      throw new Error('mine');
    });
    made.once('packet', listener);
    made.parse(PUBLISH.subarray(0, 3));
    expect(() => made.parse(Buffer.concat([PUBLISH.subarray(3), PUBACK]))).toThrow('mine');
    const events = eventsOf(made);
    made.parse(PINGREQ);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(events).toEqual(['puback', 'pingreq']);
  });

  it('that calls parse() gets what is behind its packet first, then what it brings', () => {
    const made = parser();
    const events: string[] = [];
    made.on('packet', ({ cmd }) => {
      events.push(cmd);
      if (events.length === 1) {
        made.parse(Buffer.concat([PINGREQ, PUBLISH.subarray(0, 3)]));
        events.push('inner call done');
      }
    });
    made.parse(Buffer.concat([PUBACK, PUBLISH]));
    made.parse(PUBLISH.subarray(3));
    expect(events).toEqual(['puback', 'publish', 'pingreq', 'inner call done', 'publish']);
  });

  it('that throws and calls parse() at random gets every packet once, in the order of the bytes', () => {
    const frames = fc.array(
      fc.record({
        // What passes without strict is read by another way.
        isLenient: fc.boolean(),
        throws: fc.boolean(),
        nests: fc.boolean(),
      }),
      { minLength: 1, maxLength: 24 },
    );
    fc.assert(
      fc.property(
        frames,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
        (frames, lengths) => {
          const bytes = Buffer.concat(
            frames.map(({ isLenient }, index) =>
              Buffer.from(
                isLenient
                  ? [0x82, 7, 0, 0, 0, 2, 0x61, 0x61 + index, 0]
                  : [0x82, 7, 0, 1, 0, 2, 0x61, 0x61 + index, 0],
              ),
            ),
          );
          const waiting = chunksOf(bytes, lengths);
          const made = parser();
          const seen: string[] = [];
          const parseNext = () => {
            const chunk = waiting.shift();
            if (chunk === undefined) return;
            try {
              made.parse(chunk);
            } catch {}
          };
          made.on('packet', (packet) => {
            const [subscription] = (packet as ISubscribePacket).subscriptions;
            seen.push((subscription as ISubscription).topic);
            const { throws, nests } = frames[seen.length - 1] as {
              throws: boolean;
              nests: boolean;
            };
            if (nests) parseNext();
            if (throws) throw new Error('mine');
          });
          while (waiting.length > 0) parseNext();
          for (let left = frames.length; left > 0; left--) {
            waiting.push(Buffer.alloc(0));
            parseNext();
          }
          expect(seen).toEqual(frames.map((_, index) => `a${String.fromCharCode(0x61 + index)}`));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('may scan: other parsers and decoders share the frame table', () => {
    const made = parser();
    const seen: unknown[] = [];
    made.on('packet', ({ cmd, messageId }) => {
      seen.push(messageId ?? cmd);
      seenByOurs([Buffer.concat([PINGREQ, PINGREQ, PINGREQ])]);
      new Decoder().push(Buffer.concat([PUBLISH, PUBLISH]));
    });
    made.parse(Buffer.concat([PUBACK, PUBLISH, PUBACK, PINGREQ]));
    expect(seen).toEqual([7, 'publish', 7, 'pingreq']);
  });

  it('makes a batch of the same thread stale, as every scan does', () => {
    const batch = new Decoder().push(PUBACK);
    parser().parse(PINGREQ);
    expect(() => [...batch.packets()]).toThrow(/stale|scan/);
  });

  it('may take all listeners away', () => {
    const made = parser();
    const listener = vi.fn(() => {
      made.removeAllListeners('packet');
    });
    made.on('packet', listener);
    made.parse(Buffer.concat([PUBACK, PUBACK]));
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('may emit packets of its own, and add fields to the parser', () => {
    const made = Object.assign(parser(), { client: 'mine' });
    const events = eventsOf(made);
    made.emit('packet', { cmd: 'pippo' });
    expect(events).toEqual(['pippo']);
    expect(made.client).toBe('mine');
  });
});

describe('options', () => {
  it('are live', () => {
    const options = { protocolVersion: 4 };
    const made = parser(options);
    const payloads: unknown[] = [];
    made.on('packet', (packet) => {
      payloads.push((packet as { payload?: Buffer }).payload?.length);
      options.protocolVersion = 5;
    });
    expect(made.settings).toBe(options);
    made.parse(Buffer.concat([PUBLISH_5, PUBLISH_5]));
    made.parse(PUBLISH_5);
    expect(payloads).toEqual([2, 1, 1]);
  });

  it('are replaced by a CONNECT, in the middle of a chunk', () => {
    const made = parser();
    const seen: Packet[] = [];
    made.on('packet', (packet) => seen.push(packet));
    made.parse(Buffer.concat([CONNECT_5, PUBLISH_5]));
    expect(made.settings).toBe(seen[0]);
    expect(seen[1]).toMatchObject({ payload: Buffer.from([9]) });
  });

  it('bridgeMode, told or learnt, changes subscriptions', () => {
    const subscribe = mqtt.generate({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'a', qos: 1 }],
    });
    const bridge = mqtt.generate({ cmd: 'connect', clientId: 'c', bridgeMode: true } as never);
    for (const chunk of [subscribe, Buffer.concat([bridge, subscribe])]) {
      const options = chunk === subscribe ? { bridgeMode: true } : {};
      expect(seenByOurs([chunk], options)).toEqual(seenByTheirs([chunk], options));
    }
    const last = seenByOurs([bridge, subscribe]).packets[1];
    expect(last).toMatchObject({
      subscriptions: [{ topic: 'a', qos: 1, rh: 0, rap: true, nl: true }],
    });
  });

  it('may be null, and may have any other fields', () => {
    expect(parser(null).parse(PUBLISH)).toBe(0);
    expect(parser({ keepalive: 60, clientId: 'x' }).parse(PUBLISH)).toBe(0);
  });

  it('of ours that make no sense are refused', () => {
    expect(() => parser({ maximumPacketSize: 1 })).toThrow(RangeError);
    expect(() => parser({ strict: 'yes' })).toThrow('option strict must be a boolean');
    parser({ strict: true, maximumPacketSize: 1000 });
    expect(() => parser({ strict: 'true', maximumPacketSize: 1000 })).toThrow(TypeError);
    expect(() => parser({ strict: true, maximumPacketSize: '1000' })).toThrow(TypeError);
    expect(() => parser({ copyPayloads: -1 })).toThrow('option copyPayloads');
  });
});

describe('maximumPacketSize', () => {
  it('refuses a frame as soon as its length is known', () => {
    for (const chunks of [[Buffer.from([0x30, 99])], [Buffer.from([0x30]), Buffer.from([99])]]) {
      const { errors } = seenByOurs(chunks, { maximumPacketSize: 100 });
      expect(errors).toEqual([expect.stringContaining('larger than maximumPacketSize')]);
    }
    expect(seenByOurs([Buffer.from([0x30, 98])], { maximumPacketSize: 100 }).errors).toEqual([]);
  });

  it('is 64 MiB, which the defaults may change', () => {
    const length = (bytes: number) => {
      const rest = [0, 7, 14, 21].map((shift) => ((bytes - 5) >> shift) & 0x7f);
      return Buffer.from([0x30, ...rest.map((byte, index) => (index < 3 ? byte | 0x80 : byte))]);
    };
    const mebibytes64 = 64 * 1_048_576;
    expect(seenByOurs([length(mebibytes64)]).errors).toEqual([]);
    expect(seenByOurs([length(mebibytes64 + 1)]).errors).toHaveLength(1);
    try {
      parser.defaults.maximumPacketSize = 100;
      expect(seenByOurs([Buffer.from([0x30, 99])]).errors).toHaveLength(1);
      expect(seenByOurs([Buffer.from([0x30, 99])], { maximumPacketSize: 101 }).errors).toEqual([]);
    } finally {
      parser.defaults.maximumPacketSize = mebibytes64;
    }
  });

  it('does not wait for frames that no packet of their type can be', () => {
    // A PINGREQ of a mebibyte, and a packet type that is reserved.
    for (const first of [0xc0, 0x00]) {
      expect(seenByOurs([Buffer.from([first, 0x80, 0x80, 0x40])]).errors).toHaveLength(1);
    }
  });
});

describe('packet', () => {
  it('tells what is known of the frame that is not complete', () => {
    const made = parser();
    expect(made.packet).toMatchObject({ cmd: null, length: -1 });
    made.parse(Buffer.from([0x30]));
    expect(made.packet).toMatchObject({ cmd: 'publish', length: -1 });
    made.parse(Buffer.from([0xc8, 0x01, 0, 1, 0x61]));
    expect(made.packet).toMatchObject({ cmd: 'publish', length: 200 });
    made.parse(Buffer.alloc(197));
    expect(made.packet).toMatchObject({ cmd: null, length: -1 });
  });
});

describe('payloads', () => {
  const payloadIn = (chunk: Buffer, copyPayloads: boolean | number): Buffer => {
    let payload: unknown;
    const made = parser({ copyPayloads });
    made.on('packet', (packet) => {
      ({ payload } = packet as { payload: Buffer });
    });
    made.parse(chunk);
    return payload as Buffer;
  };

  it('are views of the chunk, or copies', () => {
    const isView = (copyPayloads: boolean | number) =>
      payloadIn(PUBLISH, copyPayloads).buffer === PUBLISH.buffer;
    expect([false, 2, 3, true].map(isView)).toEqual([true, true, false, false]);
    const copy = payloadIn(PUBLISH, true);
    expect(copy).toEqual(Buffer.from([1, 2, 3]));
    expect(copy.buffer.byteLength).toBe(3);
  });

  it('that are empty keep no chunk', () => {
    expect(payloadIn(Buffer.from([0x30, 3, 0, 1, 0x61]), false).buffer.byteLength).toBe(0);
  });

  it('of Wills are copied as well, and passwords', () => {
    const will = { topic: 'w', payload: Buffer.from('bye'), qos: 0, retain: false } as const;
    const chunk = mqtt.generate({
      cmd: 'connect',
      clientId: 'c',
      username: 'u',
      password: Buffer.from('p'),
      will,
    });
    const made = parser({ copyPayloads: true });
    made.parse(chunk);
    const settings = made.settings as { password: Buffer; will: { payload: Buffer } };
    expect(settings).toMatchObject({
      password: Buffer.from('p'),
      will: { payload: Buffer.from('bye') },
    });
    expect(
      [settings.password, settings.will.payload].map(({ buffer }) => buffer.byteLength),
    ).toEqual([1, 3]);
  });

  it('are copied also where a packet passes by leave', () => {
    const withoutIdentifier = Buffer.from([0x32, 7, 0, 1, 0x61, 0, 0, 8, 9]);
    expect(payloadIn(withoutIdentifier, true).buffer.byteLength).toBe(2);
    expect(payloadIn(withoutIdentifier, false).buffer).toBe(withoutIdentifier.buffer);
  });
});

describe('time', () => {
  it('grows with the bytes, not with their square: 4 MiB in single bytes', () => {
    const made = parser();
    const events = eventsOf(made);
    const frame = mqtt.generate({
      cmd: 'publish',
      topic: 'a',
      payload: Buffer.alloc(4 * 1_048_576),
      qos: 0,
      retain: false,
      dup: false,
    });
    for (let at = 0; at < frame.length; at++) made.parse(frame.subarray(at, at + 1));
    expect(events).toEqual(['publish']);
  });
});

describe('keys that a peer chooses', () => {
  it('are those of an object without a prototype', () => {
    const properties = Buffer.from([0x26, 0, 9, ...Buffer.from('__proto__'), 0, 1, 0x78]);
    const bytes = Buffer.from([
      0x30,
      4 + properties.length,
      0,
      1,
      0x61,
      properties.length,
      ...properties,
    ]);
    const [packet] = seenByOurs([bytes], { protocolVersion: 5 }).packets as [
      { properties: { userProperties: object } },
    ];
    expect(Object.getPrototypeOf(packet.properties.userProperties)).toBeNull();
    expect(Object.keys(packet.properties.userProperties)).toEqual(['__proto__']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('keep a value that is empty when they come twice', () => {
    const pair = [0x26, 0, 1, 0x6b, 0, 0];
    const bytes = Buffer.from([0x30, 4 + 12, 0, 1, 0x61, 12, ...pair, ...pair]);
    expect(seenByOurs([bytes], { protocolVersion: 5 }).packets).toMatchObject([
      { properties: { userProperties: { k: ['', ''] } } },
    ]);
  });
});
