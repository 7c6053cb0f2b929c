/**
 * What every engine must make of the same frames, as plain JSON. It needs nothing but web globals,
 * so that it runs in Node.js, in a worker, and bundled in a context without anything of Node.js.
 */

const fromHex = (text) =>
  Uint8Array.from(text.replace(/\s+/g, '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Bytes become hexadecimal text; everything else stays. */
function plain(value) {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}

function concatenate(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function cut(bytes, length) {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += length) chunks.push(bytes.slice(at, at + length));
  return chunks;
}

function decodeAll(mqtt, chunks, scanner) {
  const decoder = new mqtt.Decoder({ scanner });
  const packets = chunks.flatMap((chunk) => [...decoder.push(chunk).packets()].map(plain));
  decoder.end();
  return packets;
}

/** Code and offset of the error that `action` throws, or what it returns. */
function outcome(action) {
  try {
    return plain(action());
  } catch (error) {
    return { name: error.name, code: error.code, offset: error.offset };
  }
}

/** Bytes through a decoding and an encoding stream, and so the same bytes again. */
async function throughStreams(mqtt, chunks) {
  const source = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const reader = source
    .pipeThrough(new mqtt.WebDecoderStream())
    .pipeThrough(new mqtt.WebEncoderStream())
    .getReader();
  const parts = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return toHex(concatenate(parts));
    parts.push(value);
  }
}

/** Packets whose text and sizes take every path: one to four bytes a character, U+FEFF, a long payload. */
const PACKETS = [
  { type: 'PUBLISH', topic: 'plain/topic', payload: 'text, ü, €, 😀' },
  { type: 'PUBLISH', topic: '\ufeffgrüße/€/😀/\u{10ffff}', qos: 2, dup: true, packetIdentifier: 7 },
  { type: 'PUBLISH', topic: 'long', retain: true, payload: new Uint8Array(100_000).fill(0x5a) },
  { type: 'PUBLISH', topic: 'ö'.repeat(32_767), payload: 'x' },
  {
    type: 'CONNECT',
    clientIdentifier: 'Ünïcødé',
    userName: '名前',
    password: 'пароль',
    will: { topic: 'last/ẅill', payload: 'gone 👋', qos: 1, retain: true },
  },
  { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [{ topicFilter: '+/ß/#', qos: 1 }] },
];

const MISTAKES = {
  loneSurrogate: { type: 'PUBLISH', topic: 'a\ud800b' },
  loneSurrogateInPayload: { type: 'PUBLISH', topic: 'a', payload: '\udc00' },
  nullCharacter: { type: 'PUBLISH', topic: 'a\0b' },
  wildcard: { type: 'PUBLISH', topic: 'a/#' },
  textTooLong: { type: 'PUBLISH', topic: 'ö'.repeat(32_768) },
};

const MALFORMED = {
  invalidUtf8: '30 04 00 02 c3 28',
  surrogate: '30 05 00 03 ed a0 80',
  reservedType: 'f0 00',
  pastItsEnd: '30 03 00 05 61',
};

export async function roundTrip(mqtt, referenceFrames) {
  const frames = [...referenceFrames.map(fromHex), ...PACKETS.map((packet) => mqtt.encode(packet))];
  const bytes = concatenate(frames);
  const whole = [bytes];
  const small = cut(bytes, 1000);
  const expected = decodeAll(mqtt, whole, 'auto');

  const same = (packets) => JSON.stringify(packets) === JSON.stringify(expected);
  const disagreements = [];
  for (const scanner of mqtt.availableScanners()) {
    if (!same(decodeAll(mqtt, whole, scanner))) disagreements.push(`${scanner}, whole`);
    if (!same(decodeAll(mqtt, small, scanner))) disagreements.push(`${scanner}, small chunks`);
    if (typeof SharedArrayBuffer === 'function') {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
      shared.set(bytes);
      if (!same(decodeAll(mqtt, [shared], scanner))) disagreements.push(`${scanner}, shared`);
    }
  }
  const decoder = new mqtt.Decoder();
  const again = frames.flatMap((frame) =>
    [...decoder.push(frame).packets()].map((packet) => mqtt.encode(packet)),
  );
  if (toHex(concatenate(again)) !== toHex(bytes)) disagreements.push('encoded again');
  if ((await throughStreams(mqtt, small)) !== toHex(bytes)) disagreements.push('through streams');

  const encoder = new mqtt.Encoder();
  const target = new Uint8Array(100_100);
  for (const [index, packet] of PACKETS.entries()) {
    const length = encoder.encodeInto(packet, target, 5);
    const frame = toHex(frames[referenceFrames.length + index]);
    if (toHex(target.subarray(5, 5 + length)) !== frame) disagreements.push(`into, ${index}`);
    if (encoder.encodedLength(packet) !== length) disagreements.push(`length, ${index}`);
  }

  return {
    scanner: new mqtt.Decoder().scanner,
    scanners: mqtt.availableScanners(),
    packets: expected,
    disagreements,
    mistakes: Object.entries(MISTAKES).map(([name, packet]) => [
      name,
      outcome(() => mqtt.encode(packet)),
    ]),
    malformed: Object.entries(MALFORMED).map(([name, frame]) => [
      name,
      outcome(() => [...new mqtt.Decoder().push(fromHex(frame)).packets()]),
    ]),
    refusals: ['wasm', 'wasm-simd', 'wasm-scalar'].map((scanner) => {
      try {
        return new mqtt.Decoder({ scanner }).scanner;
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    }),
  };
}
