/**
 * The decoders that are measured. All do the same work for each packet: make the packet object, read
 * the length of its topic, which makes the text, and the length of its payload, which makes the view.
 */
import { crc32 } from 'node:zlib';
import mqttPacket from 'mqtt-packet';
import packageOfMqttPacket from 'mqtt-packet/package.json' with { type: 'json' };
import { availableScanners, Decoder, type ScannerChoice, type ScannerName } from 'mqtt-wasm';

/** A decoder in the middle of a stream. */
export interface Run {
  /** Decodes the next bytes. */
  readonly push: (chunk: Buffer) => void;
  /** Packets so far. */
  packets: number;
  /** Lengths of topics and payloads so far, added up. */
  lengths: number;
}

/** A fingerprint of what a decoder made of the traffic; equal for equal packets. */
export interface Fingerprint {
  packets: number;
  /** Checksum of type, flags, Packet Identifier and Topic Name of all packets. */
  fields: number;
  /** Checksum of all payloads. */
  payloads: number;
}

/** A decoder to be measured. */
export interface Contender {
  readonly name: string;
  /** Whether it delivers packets, so that it can be compared with the others that do. */
  readonly delivers: 'packets' | 'frames';
  /** Begins a new stream. */
  readonly begin: () => Run;
  /** Decodes the chunks and takes the fingerprint of every packet. */
  readonly fingerprint?: (chunks: readonly Buffer[]) => Fingerprint;
}

/** The packet's identity in the words of either decoder. */
interface Seen {
  readonly type: string;
  readonly topic?: string | undefined;
  readonly payload?: Uint8Array | undefined;
  readonly qos?: number | undefined;
  readonly dup?: boolean | undefined;
  readonly retain?: boolean | undefined;
  readonly packetIdentifier?: number | undefined;
}

function take(print: Fingerprint, seen: Seen): void {
  const { type, topic, payload, packetIdentifier } = seen;
  const flags = type === 'PUBLISH' ? `${seen.qos} ${seen.dup} ${seen.retain}` : '';
  print.packets++;
  print.fields = crc32(`${type} ${flags} ${packetIdentifier} ${topic}\n`, print.fields);
  if (payload !== undefined) print.payloads = crc32(payload, print.payloads);
}

function ourPackets(scanner: ScannerName): Contender {
  return {
    name: `mqtt-wasm, scanner ${scanner}`,
    delivers: 'packets',
    begin() {
      const decoder = new Decoder({ scanner });
      const run: Run = {
        packets: 0,
        lengths: 0,
        push(chunk) {
          for (const packet of decoder.push(chunk).packets()) {
            run.packets++;
            if (packet.type === 'PUBLISH') {
              run.lengths += packet.topic.length + packet.payload.length;
            }
          }
        },
      };
      return run;
    },
    fingerprint(chunks) {
      const decoder = new Decoder({ scanner });
      const print = { packets: 0, fields: 0, payloads: 0 };
      for (const chunk of chunks) {
        for (const packet of decoder.push(chunk).packets()) take(print, packet);
      }
      decoder.end();
      return print;
    },
  };
}

function ourFrames(scanner: ScannerName): Contender {
  return {
    name: `frames only, scanner ${scanner}`,
    delivers: 'frames',
    begin() {
      const decoder = new Decoder({ scanner });
      const run: Run = {
        packets: 0,
        lengths: 0,
        push(chunk) {
          for (const frame of decoder.push(chunk)) {
            run.packets++;
            run.lengths += frame.remainingLength;
          }
        },
      };
      return run;
    },
  };
}

function mqttPacketParser(listener: (packet: mqttPacket.Packet) => void): mqttPacket.Parser {
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('packet', listener);
  parser.on('error', (error: Error) => {
    throw error;
  });
  return parser;
}

const theirPackets: Contender = {
  name: `mqtt-packet ${packageOfMqttPacket.version}`,
  delivers: 'packets',
  begin() {
    const parser = mqttPacketParser((packet) => {
      run.packets++;
      if (packet.cmd === 'publish') run.lengths += packet.topic.length + packet.payload.length;
    });
    const run: Run = {
      packets: 0,
      lengths: 0,
      push(chunk) {
        parser.parse(chunk);
      },
    };
    return run;
  },
  fingerprint(chunks) {
    const print = { packets: 0, fields: 0, payloads: 0 };
    const parser = mqttPacketParser((packet) => {
      const type = packet.cmd.toUpperCase();
      const packetIdentifier = packet.messageId;
      if (packet.cmd === 'publish') {
        const payload = packet.payload as Buffer;
        take(print, { ...packet, type, payload, packetIdentifier });
      } else {
        take(print, { type, packetIdentifier });
      }
    });
    for (const chunk of chunks) parser.parse(chunk);
    return print;
  },
};

/** The decoders to compare, `mqtt-packet` being the yardstick, and the one that makes frames alone. */
export function contenders(scanner: ScannerChoice): {
  readonly ours: readonly Contender[];
  readonly theirs: Contender;
} {
  const best = availableScanners()[0] as ScannerName;
  const wasm = scanner === 'wasm-simd' || scanner === 'wasm-scalar' ? scanner : best;
  const scanners = [...new Set<ScannerName>([wasm, 'baseline'])];
  return { ours: [...scanners.map(ourPackets), ourFrames(wasm)], theirs: theirPackets };
}
