/** A program that uses `mqtt-wasm/web`: compiled, never run. */
import {
  availableScanners,
  type ControlPacket,
  Decoder,
  type EncodablePacket,
  Encoder,
  encode,
  type FrameBatch,
  MqttEncodeError,
  MqttError,
  type PublishPacket,
  type ScannerName,
  type SubscribePacket,
  type UserProperty,
  WebDecoderStream,
  WebEncoderStream,
} from 'mqtt-wasm/web';

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;

/** Compiles only if both types are one and the same. */
function expectType<Expected>(): <Actual>(value: Actual, same: Same<Expected, Actual>) => void {
  return () => {};
}

export function narrow(packet: ControlPacket): string | number {
  expectType<false>()(false as IsAny<typeof packet>, true);
  switch (packet.type) {
    case 'CONNECT':
      expectType<3 | 4 | 5>()(packet.protocolLevel, true);
      if (packet.protocolLevel === 5) {
        expectType<boolean>()(packet.cleanStart, true);
        expectType<number | undefined>()(packet.properties?.sessionExpiryInterval, true);
        // @ts-expect-error CONNECT has no Topic Alias
        expectType<number | undefined>()(packet.properties?.topicAlias, true);
      } else {
        expectType<boolean>()(packet.cleanSession, true);
      }
      expectType<string | undefined>()(packet.userName, true);
      expectType<Uint8Array | undefined>()(packet.password, true);
      return packet.will?.topic ?? packet.clientIdentifier;
    case 'CONNACK':
      return packet.reasonCode === undefined ? packet.returnCode : packet.reasonCode;
    case 'PUBLISH':
      expectType<PublishPacket>()(packet, true);
      expectType<Uint8Array>()(packet.payload, true);
      if (packet.qos === 0) {
        expectType<undefined>()(packet.packetIdentifier, true);
        expectType<false>()(packet.dup, true);
        return packet.topic;
      }
      expectType<readonly UserProperty[] | undefined>()(packet.properties?.userProperties, true);
      return packet.packetIdentifier;
    case 'SUBSCRIBE':
      expectType<SubscribePacket>()(packet, true);
      return packet.subscriptions.map(({ topicFilter, qos }) => `${topicFilter} ${qos}`).join();
    case 'SUBACK':
      return (packet.reasonCodes ?? packet.returnCodes).length;
    case 'UNSUBSCRIBE':
      return packet.topicFilters.join();
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
    case 'UNSUBACK':
      return packet.packetIdentifier;
    case 'PINGREQ':
    case 'PINGRESP':
    case 'DISCONNECT':
    case 'AUTH':
    case 'PUBLISH_PART':
    case 'PUBLISH_END':
      // @ts-expect-error there is no Packet Identifier
      return packet.packetIdentifier ?? 0;
    case 'PUBLISH_START':
      expectType<number>()(packet.payloadLength, true);
      return packet.topic;
    default:
      expectType<never>()(packet, true);
      return packet;
  }
}

export async function read(bytes: ReadableStream<Uint8Array>): Promise<ControlPacket | undefined> {
  const packets = bytes.pipeThrough(new WebDecoderStream()).getReader();
  const { value: packet } = await packets.read();
  expectType<ControlPacket | undefined>()(packet, true);
  return packet;
}

export async function readBatches(bytes: ReadableStream<Uint8Array>): Promise<number> {
  const stream = new WebDecoderStream({ deliver: 'batches', role: 'server' });
  const { value: batch } = await bytes.pipeThrough(stream).getReader().read();
  expectType<FrameBatch | undefined>()(batch, true);
  for (const frame of batch ?? []) {
    expectType<Uint8Array>()(frame.bytes, true);
    expectType<ControlPacket>()(frame.packet(), true);
  }
  return batch?.length ?? 0;
}

export function write(packets: ReadableStream<EncodablePacket>): ReadableStream<Uint8Array> {
  return packets.pipeThrough(new WebEncoderStream({ maximumPacketSize: 1024 }));
}

export function decode(chunk: Uint8Array): EncodablePacket[] {
  const decoder = new Decoder({ role: 'client', scanner: 'auto', protocolVersion: 4 });
  expectType<ScannerName>()(decoder.scanner, true);
  expectType<readonly ScannerName[]>()(availableScanners(), true);
  const batch = decoder.push(chunk);
  expectType<MqttError | undefined>()(batch.error, true);
  // Every packet decoded is one that can be encoded.
  return [...batch.packets()];
}

export function explain(error: unknown): string {
  if (error instanceof MqttEncodeError) return `${error.code} ${error.field}`;
  if (error instanceof MqttError) return `${error.code} ${error.offset ?? '?'}`;
  return 'something else';
}

encode({ type: 'PUBLISH', topic: 'a', payload: 'text', qos: 1, packetIdentifier: 1 });
new Encoder().encodeInto({ type: 'PINGREQ' }, new Uint8Array(2));

// @ts-expect-error a PUBLISH has a topic
encode({ type: 'PUBLISH' });
// @ts-expect-error there is no such packet
encode({ type: 'PUBLISHED', topic: 'a' });
// @ts-expect-error there is no such Quality of Service
encode({ type: 'PUBLISH', topic: 'a', qos: 3 });
// @ts-expect-error the payload is text or bytes
encode({ type: 'PUBLISH', topic: 'a', payload: 1 });
// @ts-expect-error a filter goes with the Quality of Service asked for
encode({ type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [{ topicFilter: 'a' }] });
// @ts-expect-error there is no such role
new Decoder({ role: 'broker' });
// @ts-expect-error there is no such option
new Decoder({ maximumPacketLength: 10 });
// @ts-expect-error chunks are bytes
new Decoder().push('text');
// @ts-expect-error there is no such delivery
new WebDecoderStream({ deliver: 'frames' });
