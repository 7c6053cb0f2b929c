/**
 * tshark, the Wireshark on the command line, as a reader of MQTT: frames are put into a capture of TCP
 * connections, and what its dissector makes of them comes back field by field.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const PROGRAM = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'tshark'))
  .find((path) => existsSync(path));

/** Whether tshark is installed. On CI it must be. */
export const hasTshark = PROGRAM !== undefined;
if (!hasTshark && process.env.CI === 'true') {
  throw new Error('tshark is not installed: apt-get install tshark');
}

/**
 * A field as tshark found it, such as `mqtt.len 14`: its name, and the number that it stands for, or its
 * bytes in hexadecimal. Fields stand in the order of their bytes.
 */
export type DissectedField = string;

/** A frame of MQTT as tshark dissected it. */
export type DissectedFrame = readonly DissectedField[];

// --- the capture ------------------------------------------------------------------------------

const PCAP_MAGIC = 0xa1b2_c3d4;
/** Packets begin with their IP header. */
const LINKTYPE_RAW = 101;
const MAXIMUM_CAPTURED = 262_144;
const PORT = 1883;
const IP_HEADER = 20;
const TCP_HEADER = 20;
const MAXIMUM_SEGMENT = 60_000;
const SYN = 0x02;
const PSH_ACK = 0x18;

function captureHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32BE(PCAP_MAGIC, 0);
  header.writeUInt16BE(2, 4); // version 2.4
  header.writeUInt16BE(4, 6);
  header.writeUInt32BE(MAXIMUM_CAPTURED, 16);
  header.writeUInt32BE(LINKTYPE_RAW, 20);
  return header;
}

/** A segment of TCP from 10.0.0.1 to port 1883 of 10.0.0.2. tshark does not look at checksums. */
function segment(
  sourcePort: number,
  sequence: number,
  flags: number,
  content: Uint8Array,
  index: number,
): Buffer {
  const length = IP_HEADER + TCP_HEADER + content.length;
  const packet = Buffer.alloc(16 + IP_HEADER + TCP_HEADER);
  packet.writeUInt32BE(index, 0); // time, in seconds
  packet.writeUInt32BE(length, 8);
  packet.writeUInt32BE(length, 12);
  const ip = packet.subarray(16);
  ip.writeUInt8(0x45, 0); // version 4, a header of five words
  ip.writeUInt16BE(length, 2);
  ip.writeUInt8(64, 8); // time to live
  ip.writeUInt8(6, 9); // TCP
  ip.set([10, 0, 0, 1], 12);
  ip.set([10, 0, 0, 2], 16);
  const tcp = ip.subarray(IP_HEADER);
  tcp.writeUInt16BE(sourcePort, 0);
  tcp.writeUInt16BE(PORT, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(flags === SYN ? 0 : 1, 8);
  tcp.writeUInt8(0x50, 12); // a header of five words
  tcp.writeUInt8(flags, 13);
  tcp.writeUInt16BE(0xffff, 14); // window
  return Buffer.concat([packet, content]);
}

/** A capture of one connection for each list of frames, and which of them each of its packets is of. */
function capture(streams: readonly (readonly Uint8Array[])[]): {
  readonly bytes: Buffer;
  readonly streamOfPacket: readonly number[];
} {
  const parts: Buffer[] = [captureHeader()];
  const streamOfPacket: number[] = [];
  const add = (stream: number, sequence: number, flags: number, content: Uint8Array): void => {
    parts.push(segment(10_000 + stream, sequence, flags, content, streamOfPacket.length));
    streamOfPacket.push(stream);
  };
  for (const [stream, frames] of streams.entries()) {
    add(stream, 0, SYN, new Uint8Array(0));
    let sequence = 1;
    for (const frame of frames) {
      for (let at = 0; at < frame.length; at += MAXIMUM_SEGMENT) {
        const content = frame.subarray(at, at + MAXIMUM_SEGMENT);
        add(stream, sequence, PSH_ACK, content);
        sequence += content.length;
      }
    }
  }
  return { bytes: Buffer.concat(parts), streamOfPacket };
}

// --- the dissection ---------------------------------------------------------------------------

/** Fields that are told by their bytes, because tshark shows text with escapes and shows some bytes not at all. */
const BYTES: ReadonlySet<string> = new Set([
  'mqtt.protoname',
  'mqtt.clientid',
  'mqtt.willtopic',
  'mqtt.willmsg',
  'mqtt.username',
  'mqtt.passwd',
  'mqtt.topic',
  'mqtt.msg',
  'mqtt.prop_string',
  'mqtt.prop_key',
  'mqtt.prop_value',
  'mqtt.property.content_type',
]);
/** Bytes whose bits follow as fields of their own. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'mqtt.hdrflags',
  'mqtt.conflags',
  'mqtt.conack.flags',
  'mqtt.subscription_options',
]);
/** Where properties begin; they have neither number nor bytes. */
const HEADINGS: ReadonlySet<string> = new Set(['mqtt.properties', 'mqtt.will_properties']);
/** How long properties are: what it finds in them and behind them shows that. */
const IMPLIED = 'mqtt.property_len';
/** Severity of an expert information: an error. */
const ERROR = 0x80_0000;

function attribute(tag: string, name: string): string {
  return new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
}

/** The field of a tag of PDML; `undefined` if it is none that says anything. */
function fieldOf(tag: string, name: string): DissectedField | undefined {
  if (name === '_ws.expert.severity') {
    return Number(attribute(tag, 'show')) >= ERROR ? 'error' : undefined;
  }
  if (!name.startsWith('mqtt.') || CONTAINERS.has(name) || name === IMPLIED) return undefined;
  if (HEADINGS.has(name)) return name;
  // What takes no bytes but says something, tshark has not read but worked out.
  if (attribute(tag, 'size') === '0' && attribute(tag, 'show') !== '') return undefined;
  if (BYTES.has(name)) return `${name} ${attribute(tag, 'value')}`;
  return `${name} ${Number(attribute(tag, 'show'))}`;
}

/** Runs tshark on a capture; the output is PDML. */
async function pdmlOf(file: string): Promise<string> {
  const filter = 'mqtt _ws.malformed';
  const child = spawn(
    PROGRAM as string,
    ['-n', '-r', file, '-d', `tcp.port==${PORT},mqtt`, '-T', 'pdml', '-J', filter],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: 50_000 },
  );
  const output: Buffer[] = [];
  let complaints = '';
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const code = await new Promise((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  if (code !== 0) throw new Error(`tshark ended with ${String(code)}: ${complaints}`);
  return Buffer.concat(output).toString();
}

/**
 * Dissects frames of MQTT, each list of them on a connection of its own, which must begin with a CONNECT,
 * because from it tshark learns the version. What tshark finds malformed is followed by a
 * frame of the field `malformed`; a frame that it finds an error in has the field `error`.
 */
export async function dissect(
  streams: readonly (readonly Uint8Array[])[],
): Promise<readonly (readonly DissectedFrame[])[]> {
  const { bytes, streamOfPacket } = capture(streams);
  const folder = mkdtempSync(join(tmpdir(), 'tshark-'));
  try {
    const file = join(folder, 'frames.pcap');
    writeFileSync(file, bytes);
    const dissected: DissectedField[][][] = streams.map(() => []);
    const [, ...packets] = (await pdmlOf(file)).split('<packet>\n');
    if (packets.length !== streamOfPacket.length) throw new Error('tshark lost packets');
    for (const [index, packet] of packets.entries()) {
      const frames = dissected[streamOfPacket[index] as number] as DissectedField[][];
      // Attributes have line breaks in them, but no angle brackets.
      for (const [tag, element] of packet.matchAll(/<(proto|field) [^>]*>/g)) {
        const name = attribute(tag, 'name');
        if (element === 'proto' && name === 'mqtt') frames.push([]);
        else if (element === 'proto' && name === '_ws.malformed') frames.push(['malformed']);
        else {
          const field = element === 'field' ? fieldOf(tag, name) : undefined;
          if (field !== undefined) frames.at(-1)?.push(field);
        }
      }
    }
    return dissected;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
