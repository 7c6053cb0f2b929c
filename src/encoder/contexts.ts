/** The packet types as the encoder knows them: which code encodes each, and by which rules. */
import {
  allowedTypes,
  firstByteOf,
  PACKET_TYPE,
  type PacketType,
} from '../protocol/packet-types.js';
import type { EncodablePacket } from '../protocol/packets.js';
import { acknowledgementEncoder } from './acknowledgement.js';
import { authEncoder } from './auth.js';
import { connackEncoder } from './connack.js';
import { connectEncoder } from './connect.js';
import type { BodyEncoder, EncodingContext, Rules } from './context.js';
import { disconnectEncoder } from './disconnect.js';
import { propertiesLength } from './properties.js';
import { publishEncoder, publishStartEncoder } from './publish.js';
import { subackEncoder } from './suback.js';
import { subscribeEncoder } from './subscribe.js';
import { unsubackEncoder } from './unsuback.js';
import { unsubscribeEncoder } from './unsubscribe.js';

type EncodableType = EncodablePacket['type'];

/** PINGREQ and PINGRESP. They have no properties: any that are there are refused. */
const emptyEncoder: BodyEncoder<EncodablePacket> = {
  length(_packet, properties, context) {
    if (properties !== undefined) propertiesLength(context, context.packetType, properties);
    return 0;
  },
  write() {},
};

/** The other parts of a payload are not frames, and nothing of them is written. */
const BODY_ENCODERS: {
  readonly [Type in EncodableType]: BodyEncoder<Extract<EncodablePacket, { readonly type: Type }>>;
} = {
  CONNECT: connectEncoder,
  CONNACK: connackEncoder,
  PUBLISH: publishEncoder,
  PUBLISH_START: publishStartEncoder,
  PUBLISH_PART: emptyEncoder,
  PUBLISH_END: emptyEncoder,
  PUBACK: acknowledgementEncoder,
  PUBREC: acknowledgementEncoder,
  PUBREL: acknowledgementEncoder,
  PUBCOMP: acknowledgementEncoder,
  SUBSCRIBE: subscribeEncoder,
  SUBACK: subackEncoder,
  UNSUBSCRIBE: unsubscribeEncoder,
  UNSUBACK: unsubackEncoder,
  PINGREQ: emptyEncoder,
  PINGRESP: emptyEncoder,
  DISCONNECT: disconnectEncoder,
  AUTH: authEncoder,
};

const PIECE_TYPES: readonly string[] = ['PUBLISH_START', 'PUBLISH_PART', 'PUBLISH_END'];

/** Every value that `packet.type` may have. */
export const ENCODABLE_TYPES = Object.keys(BODY_ENCODERS) as readonly EncodableType[];

/** The contexts of all packet types under the same rules, by `packet.type`. */
export type Contexts = ReadonlyMap<EncodableType, EncodingContext>;

function makeContexts(rules: Rules): Contexts {
  const { protocolVersion, sender, sendsDoubtfulReasonCodes } = rules;
  const allowed = allowedTypes(sender, protocolVersion);
  const contexts = ENCODABLE_TYPES.map((type): [EncodableType, EncodingContext] => {
    const packetType = (PIECE_TYPES.includes(type) ? 'PUBLISH' : type) as PacketType;
    const context: EncodingContext = {
      protocolVersion,
      sender,
      sendsDoubtfulReasonCodes,
      type,
      packetType,
      continuesPayload: type === 'PUBLISH_PART' || type === 'PUBLISH_END',
      tellsEncoder: type === 'CONNECT' || type === 'PUBLISH_START',
      firstByte: firstByteOf(packetType),
      isAllowed: (allowed & (1 << PACKET_TYPE[packetType])) !== 0,
      body: BODY_ENCODERS[type] as BodyEncoder<EncodablePacket>,
    };
    return [type, context];
  });
  return new Map(contexts);
}

const CONTEXTS = new Map<string, Contexts>();

/** The contexts under these rules. There are few rules, and all encoders share their contexts. */
export function contextsOf(rules: Rules): Contexts {
  const { protocolVersion, sender, sendsDoubtfulReasonCodes } = rules;
  const key = `${protocolVersion} ${sender} ${sendsDoubtfulReasonCodes}`;
  let contexts = CONTEXTS.get(key);
  if (contexts === undefined) {
    contexts = makeContexts(rules);
    CONTEXTS.set(key, contexts);
  }
  return contexts;
}
