/**
 * The statements of MQTT 3.1.1 that a codec can keep or break, in their order, and which kinds of
 * test each must have. `coverage.test.ts` fails for a statement that lacks one.
 *
 * What has no number in the specification goes by its section and a few words. Statements about
 * sessions (the reuse of identifiers, keep alive, the order of delivery) are not a codec's and not here.
 */

/** A function that makes a test. `it` stands for tests that fit no table. */
export type Kind = 'decodes' | 'refuses' | 'encodes' | 'refusesToEncode' | 'it';

export interface Statement {
  readonly id: string;
  readonly says: string;
  readonly kinds: readonly Kind[];
}

const LETTERS: Readonly<Record<string, Kind>> = {
  D: 'decodes',
  R: 'refuses',
  E: 'encodes',
  X: 'refusesToEncode',
  T: 'it',
};

function row(letters: string, id: string, says: string): Statement {
  return { id, says, kinds: Array.from(letters, (letter) => LETTERS[letter] as Kind) };
}

// biome-ignore format: a table
export const STATEMENTS: readonly Statement[] = [
  row('DREX', 'MQTT-1.5.3-1',  'text is well-formed UTF-8, which has no surrogates, no overlong forms and nothing above U+10FFFF'),
  row('DREX', 'MQTT-1.5.3-2',  'text has no U+0000'),
  row('D',    'MQTT-1.5.3-3',  'EF BB BF is U+FEFF wherever it stands and is not stripped'),
  row('DR',   '1.5.3 discouraged characters', 'control characters and non-characters should not be sent; a receiver may refuse them'),
  row('DR',   '2.2.1 reserved types', 'packet types 0 and 15 are reserved'),
  row('DRE',  'MQTT-2.2.2-1',  'reserved flags of the fixed header hold the value of the table'),
  row('DR',   'MQTT-2.2.2-2',  'a receiver of other flags closes the connection'),
  row('DR',   '2.2.3 four bytes', 'Remaining Length takes four bytes at most'),
  row('DR',   '2.2.3 shortest form', 'whether Remaining Length must take as few bytes as possible is an option'),
  row('DREX', 'MQTT-2.3.1-1',  'SUBSCRIBE, UNSUBSCRIBE and PUBLISH above QoS 0 have a Packet Identifier, which is not 0'),
  row('DREX', '2.3.1 acknowledgements', 'an acknowledgement carries the identifier of what it acknowledges, so never 0'),
  row('EX',   'MQTT-2.3.1-5',  'a PUBLISH at QoS 0 has no Packet Identifier'),
  row('DR',   'MQTT-3.1.0-1',  'the first packet of a Client is CONNECT'),
  row('DR',   'MQTT-3.1.0-2',  'a Client sends CONNECT once'),
  row('DR',   'MQTT-3.1.2-1',  'the Protocol Name is one of those known'),
  row('DR',   'MQTT-3.1.2-2',  'a Protocol Level that is not supported is answered with return code 1'),
  row('DRE',  'MQTT-3.1.2-3',  'the reserved bit of the Connect Flags is 0'),
  row('DREX', 'MQTT-3.1.2-9',  'with the Will Flag there are a Will Topic and a Will Message'),
  row('DRE',  'MQTT-3.1.2-11', 'without the Will Flag there is nothing of a Will'),
  row('DRE',  'MQTT-3.1.2-13', 'without the Will Flag Will QoS is 0'),
  row('DREX', 'MQTT-3.1.2-14', 'Will QoS is not 3'),
  row('DRE',  'MQTT-3.1.2-15', 'without the Will Flag Will Retain is 0'),
  row('DRE',  'MQTT-3.1.2-18', 'without the User Name Flag there is no User Name'),
  row('DRE',  'MQTT-3.1.2-19', 'with the User Name Flag there is a User Name'),
  row('DRE',  'MQTT-3.1.2-20', 'without the Password Flag there is no Password'),
  row('DRE',  'MQTT-3.1.2-21', 'with the Password Flag there is a Password'),
  row('DREX', 'MQTT-3.1.2-22', 'a Password needs a User Name'),
  row('DRE',  'MQTT-3.1.3-1',  'the fields of the payload stand in their order'),
  row('DRE',  'MQTT-3.1.3-3',  'the Client Identifier is there and is first'),
  row('DREX', 'MQTT-3.1.3-4',  'the Client Identifier is UTF-8'),
  row('D',    'MQTT-3.1.3-5',  'Client Identifiers of 1 to 23 letters and digits are allowed'),
  row('DREX', 'MQTT-3.1.3-7',  'an empty Client Identifier needs Clean Session'),
  row('R',    'MQTT-3.1.3-8',  'an empty Client Identifier without Clean Session is answered with return code 2'),
  row('DREX', 'MQTT-3.1.3-10', 'the Will Topic is UTF-8'),
  row('DREX', '3.1.3 Will Topic', 'the Will Topic is a Topic Name: no wildcards, not empty'),
  row('DREX', 'MQTT-3.1.3-11', 'the User Name is UTF-8; Password and Will Message are binary'),
  row('R',    'MQTT-3.1.4-1',  'a CONNECT that breaks section 3.1 is not answered'),
  row('DR',   '3.1 last field', 'nothing stands behind the last field of CONNECT'),
  row('DREX', 'MQTT-3.2.2-4',  'Session Present is 0 if the return code is not 0'),
  row('DRE',  '3.2.2 acknowledge flags', 'the upper seven bits of the acknowledge flags are 0'),
  row('DREX', 'MQTT-3.2.2-6',  'return codes of CONNACK go from 0 to 5'),
  row('DR',   '3.2 remaining length', 'Remaining Length of CONNACK is 2'),
  row('DREX', 'MQTT-3.3.1-2',  'DUP is 0 at QoS 0'),
  row('DREX', 'MQTT-3.3.1-4',  'QoS of a PUBLISH is not 3'),
  row('DREX', 'MQTT-3.3.2-1',  'the Topic Name is first and is UTF-8'),
  row('DREX', 'MQTT-3.3.2-2',  'the Topic Name has no wildcards'),
  row('DR',   '3.3 variable header', 'the variable header of PUBLISH ends inside the packet'),
  row('DR',   '3.4 to 3.7 remaining length', 'Remaining Length of PUBACK, PUBREC, PUBREL and PUBCOMP is 2'),
  row('DRE',  'MQTT-3.6.1-1',  'the flags of PUBREL are 0010'),
  row('DRE',  'MQTT-3.8.1-1',  'the flags of SUBSCRIBE are 0010'),
  row('DREX', 'MQTT-3.8.3-1',  'Topic Filters of SUBSCRIBE are UTF-8'),
  row('DREX', 'MQTT-3.8.3-3',  'SUBSCRIBE has at least one pair of Topic Filter and QoS'),
  row('DREX', 'MQTT-3.8.3-4',  'Requested QoS is 0, 1 or 2 and its upper six bits are 0'),
  row('DREX', 'MQTT-3.9.3-2',  'return codes of SUBACK are 0, 1, 2 and 0x80'),
  row('DREX', '3.9 one return code', 'SUBACK has at least one return code'),
  row('DRE',  'MQTT-3.10.1-1', 'the flags of UNSUBSCRIBE are 0010'),
  row('DREX', 'MQTT-3.10.3-1', 'Topic Filters of UNSUBSCRIBE are UTF-8'),
  row('DREX', 'MQTT-3.10.3-2', 'UNSUBSCRIBE has at least one Topic Filter'),
  row('DR',   '3.11 remaining length', 'Remaining Length of UNSUBACK is 2'),
  row('DR',   '3.12 and 3.13 remaining length', 'Remaining Length of PINGREQ and PINGRESP is 0'),
  row('DRE',  'MQTT-3.14.1-1', 'the flags of DISCONNECT are 0'),
  row('DR',   '3.14 remaining length', 'Remaining Length of DISCONNECT is 0'),
  row('DREX', 'MQTT-4.7.1-1',  'wildcards stand in Topic Filters only, never in a Topic Name'),
  row('DREX', 'MQTT-4.7.1-2',  '# stands alone or behind a /, and is last'),
  row('DREX', 'MQTT-4.7.1-3',  '+ fills a whole level'),
  row('DREX', 'MQTT-4.7.3-1',  'a Topic Name or Topic Filter has at least one character'),
  row('DREX', 'MQTT-4.7.3-2',  'a Topic Name or Topic Filter has no U+0000'),
  row('EX',   'MQTT-4.7.3-3',  'a Topic Name or Topic Filter has 65,535 bytes at most'),
  row('T',    'MQTT-4.8.0-1',  'after a violation the connection is closed: nothing more is read'),
  row('T',    'MQTT-6.0.0-1',  'over WebSocket packets travel in binary frames'),
  row('T',    'MQTT-6.0.0-2',  'the borders of WebSocket frames mean nothing'),
  row('DR',   'direction',     'packets that flow only from one side are refused by that side'),
];

/** What the options of a decoder or encoder say, which no statement asks for. */
// biome-ignore format: a table
export const OPTIONS: readonly Statement[] = [
  row('DRT',  'option maximumPacketSize', 'larger packets are refused'),
  row('DRT',  'option maximumConnectPacketSize', 'larger packets are refused before the CONNECT'),
  row('DRT',  'option maximumListPacketSize', 'larger SUBSCRIBE, SUBACK and UNSUBSCRIBE are refused'),
  row('DR',   'option protocolVersion', 'a CONNECT of another version is refused'),
  row('T',    'end of stream', 'a stream that ends inside a packet is an error'),
];
