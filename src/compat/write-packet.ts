/** Any packet of mqtt-packet to its frame. */
import { PACKET_TYPE } from '../protocol/packet-types.js';
import { FrameWriter } from './frame-writer.js';
import {
  encodeAcknowledgement,
  encodeConnack,
  encodeMessageId,
  encodeReason,
} from './write-acknowledgement.js';
import { encodeConnect } from './write-connect.js';
import { type Fields, fieldsOf, isMqtt5, messageIdOf } from './write-fields.js';
import { encodePublish, type PublishParts } from './write-publish.js';
import { encodeGranted, encodeSubscribe, encodeUnsubscribe } from './write-subscription.js';

/** Packets of which there is only one. */
const PINGREQ = Buffer.from([PACKET_TYPE.PINGREQ << 4, 0]);
const PINGRESP = Buffer.from([PACKET_TYPE.PINGRESP << 4, 0]);
const DISCONNECT = Buffer.from([PACKET_TYPE.DISCONNECT << 4, 0]);

/** The writer that is not in use: a getter of a packet may well encode another one. */
let idleWriter: FrameWriter | undefined;

function encodeBy(
  writer: FrameWriter,
  packet: Fields,
  opts: unknown,
  shared: boolean,
): Buffer | PublishParts | undefined {
  const mqtt5 = isMqtt5(opts);
  const { cmd } = packet;
  switch (cmd) {
    case 'publish':
      return encodePublish(writer, packet, mqtt5, shared);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return encodeAcknowledgement(writer, cmd, packet, opts, mqtt5);
    case 'connect':
      return encodeConnect(writer, packet);
    case 'connack':
      return encodeConnack(writer, packet, mqtt5);
    case 'subscribe':
      return encodeSubscribe(writer, packet, mqtt5);
    case 'suback':
      return encodeGranted(writer, PACKET_TYPE.SUBACK << 4, packet, opts, mqtt5);
    case 'unsubscribe':
      return encodeUnsubscribe(writer, packet, mqtt5);
    case 'unsuback':
      return mqtt5
        ? encodeGranted(writer, PACKET_TYPE.UNSUBACK << 4, packet, opts, mqtt5)
        : encodeMessageId(writer, PACKET_TYPE.UNSUBACK << 4, messageIdOf(packet));
    case 'pingreq':
      return shared ? PINGREQ : Buffer.from(PINGREQ);
    case 'pingresp':
      return shared ? PINGRESP : Buffer.from(PINGRESP);
    case 'disconnect':
      if (mqtt5) return encodeReason(writer, PACKET_TYPE.DISCONNECT << 4, packet, opts);
      return shared ? DISCONNECT : Buffer.from(DISCONNECT);
    case 'auth':
      if (!mqtt5) throw new Error('Invalid mqtt version for auth packet');
      return encodeReason(writer, PACKET_TYPE.AUTH << 4, packet, opts);
    default:
      throw new Error('Unknown command');
  }
}

/**
 * The frame of a packet, or its parts if it is a PUBLISH with a large payload; `undefined` if it does not fit the Maximum Packet Size
 * in the options.
 *
 * @param shared whether the frame may be one that others have been given as well, and that nobody may write to
 */
export function encodePacket(
  packet: unknown,
  opts: unknown,
  shared: boolean,
): Buffer | PublishParts | undefined {
  const writer = idleWriter ?? new FrameWriter();
  idleWriter = undefined;
  try {
    return encodeBy(writer, fieldsOf(packet), opts, shared);
  } finally {
    idleWriter = writer;
  }
}
