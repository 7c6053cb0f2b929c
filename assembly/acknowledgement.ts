/**
 * PUBACK, PUBREC, PUBREL and PUBCOMP (sections 3.4 to 3.7): a Packet Identifier, and in MQTT 5.0 a reason
 * code and properties, both of which may be left out from the end. DISCONNECT and AUTH (sections 3.14 and
 * 3.15) where all is left out.
 */
import {
  ERROR_PACKET_IDENTIFIER_ZERO,
  ERROR_REASON_CODE,
  ERROR_TRAILING_BYTES,
  PROPERTIES_ARE_WRONG,
  REASON_CODE_SET_WORDS,
  REASON_CODE_SETS,
  ROW_HAS_PROPERTIES,
  RULE_FROM_CLIENT,
} from './layout';
import { bigEndian16, checkProperties, propertyLength } from './properties';
import { setError } from './result';

/** Number of the packet type AUTH. */
const AUTH: u32 = 15;

/** The Packet Identifier at `body`, or 0, which is noted as an error. */
export function packetIdentifier(body: u32, first: u32): u32 {
  const identifier = bigEndian16(body);
  if (identifier == 0) setError(ERROR_PACKET_IDENTIFIER_ZERO, body, first);
  return identifier;
}

/** Whether packets that begin with the byte `first` may carry the reason code. */
function isReasonCode(code: u32, first: u32): bool {
  const word = (first >> 4) * REASON_CODE_SET_WORDS + (code >> 5);
  return ((load<u32>(REASON_CODE_SETS + (word << 2)) >> (code & 31)) & 1) != 0;
}

/**
 * Whether a DISCONNECT or AUTH may be without a body, which stands for reason code 0: in an AUTH that is Success,
 * which only a Server says (section 3.15.2.1).
 */
export function emptyIsAllowed(body: u32, first: u32, rules: u32): bool {
  if (first >> 4 != AUTH || (rules & RULE_FROM_CLIENT) == 0) return true;
  setError(ERROR_REASON_CODE, body, first);
  return false;
}

/**
 * Checks what stands behind the Packet Identifier of an acknowledgement: the bytes `p` to `end`. Returns the
 * flags for its row, or `PROPERTIES_ARE_WRONG`: the error is noted with its address then.
 */
export function acknowledgement(p: u32, end: u32, first: u32, rules: u32): u32 {
  if (p == end) return 0;
  if (!isReasonCode(load<u8>(p), first)) {
    setError(ERROR_REASON_CODE, p, first);
    return PROPERTIES_ARE_WRONG;
  }
  p++;
  if (p == end) return 0;
  const found = propertyLength(p, end, first);
  if (found == 0) return PROPERTIES_ARE_WRONG;
  p += found >> 28;
  const last = p + (found & 0x0fffffff);
  if (last < end) {
    setError(ERROR_TRAILING_BYTES, last, first);
    return PROPERTIES_ARE_WRONG;
  }
  if (p == last) return 0;
  const facts = checkProperties(p, last, first >> 4, first, rules);
  return facts == PROPERTIES_ARE_WRONG ? PROPERTIES_ARE_WRONG : ROW_HAS_PROPERTIES;
}
