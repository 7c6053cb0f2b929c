/** `docs/protocol.md`: the tables of `src/protocol/`, as a page. */
import {
  MAXIMUM_REMAINING_LENGTH,
  PACKET_TYPES,
  type PacketType,
  type ProtocolVersion,
  packetTypesOf,
  type Side,
} from '../../src/protocol/packet-types.js';
import {
  PROPERTY_NAMES,
  type PropertyHolder,
  type PropertyRow,
  type PropertyType,
  propertyMaximum,
  propertyRow,
} from '../../src/protocol/properties.js';
import {
  DOUBTFUL_DISCONNECT_CODE,
  isReasonCode,
  REASON_CODE_SETS,
  REASON_CODES,
  type ReasonCodePacketType,
  reasonCodeName,
  senderOfReasonCode,
} from '../../src/protocol/reason-codes.js';
import { CONNECT_RETURN_CODES } from '../../src/protocol/return-codes.js';
import { ANSWERS, type ErrorClass, RULES, type Rule } from '../../src/protocol/rules.js';
import { byte, count, escapeMarkdown, generatedBy, paragraph, table } from './markdown.js';

const SIDES: Readonly<Record<Side | 'both', string>> = {
  client: 'Client',
  server: 'Server',
  both: 'both',
};

function code(text: string): string {
  return `\`${text}\``;
}

function lengths({ minimum, maximum }: { readonly minimum: number; readonly maximum: number }) {
  const most = maximum === MAXIMUM_REMAINING_LENGTH ? 'any' : count(maximum);
  return minimum === maximum ? count(minimum) : `${count(minimum)} to ${most}`;
}

function packetTypeLines(): string[] {
  const typesOf = (version: ProtocolVersion) =>
    new Map(packetTypesOf(version).flatMap((row) => (row === undefined ? [] : [[row.name, row]])));
  const mqtt3 = typesOf(4);
  const mqtt5 = typesOf(5);
  const rows = PACKET_TYPES.map((name, index) => {
    const of3 = mqtt3.get(name);
    const of5 = mqtt5.get(name);
    const flags = (of3 ?? of5)?.flags ?? 0;
    const first = ((index + 1) << 4) | flags;
    return [
      String(index + 1),
      name,
      name === 'PUBLISH' ? `${byte(first)} to ${byte(first | 0x0d)}` : byte(first),
      of3 === undefined ? '–' : SIDES[of3.sender],
      of3 === undefined ? '–' : lengths(of3),
      of5 === undefined ? '–' : SIDES[of5.sender],
      of5 === undefined ? '–' : lengths(of5),
    ];
  });
  return [
    '## Packet types',
    '',
    ...paragraph(
      'Who may send a packet, and the bounds of its Remaining Length in bytes: a frame outside of them is refused before its ' +
        'body is there. *Any* is the most that four bytes say, 268,435,455. A PUBLISH above QoS 0 has two bytes more, those of its ' +
        'Packet Identifier; its first byte carries DUP, QoS and RETAIN, and neither QoS 3 nor DUP at QoS 0.',
    ),
    '',
    ...table(
      [
        'type',
        'name',
        'first byte',
        'sender, 3.1.1',
        'length, 3.1.1',
        'sender, 5.0',
        'length, 5.0',
      ],
      rows,
    ),
    '',
  ];
}

const PROPERTY_TYPE_NAMES: Readonly<Record<PropertyType, string>> = {
  byte: 'Byte',
  flag: 'Byte, as `boolean`',
  'two-byte-integer': 'Two Byte Integer',
  'four-byte-integer': 'Four Byte Integer',
  'variable-byte-integer': 'Variable Byte Integer',
  text: 'UTF-8 Encoded String',
  'topic-name': 'UTF-8 Encoded String',
  binary: 'Binary Data',
  'text-pair': 'UTF-8 String Pair',
};

/** How properties of this type are counted: what is text or binary has no bounds. */
const TYPES_WITHOUT_BOUNDS: readonly PropertyType[] = ['text', 'topic-name', 'binary', 'text-pair'];

function propertyValues(row: PropertyRow): string {
  if (row.type === 'topic-name') return 'a Topic Name without wildcards';
  if (row.needs !== undefined) return `needs ${propertyRow(row.needs).name}`;
  if (TYPES_WITHOUT_BOUNDS.includes(row.type)) return '';
  return `${count(row.minimum ?? 0)} to ${count(propertyMaximum(row))}`;
}

/** What may carry properties, in the order of packet types. */
const HOLDERS: readonly PropertyHolder[] = [
  ...PACKET_TYPES.filter((type) => type !== 'PINGREQ' && type !== 'PINGRESP'),
].flatMap((type): PropertyHolder[] => (type === 'CONNECT' ? [type, 'WILL'] : [type]));

function propertyLines(): string[] {
  const rows = PROPERTY_NAMES.map((name) => {
    const row = propertyRow(name);
    const packets = HOLDERS.filter((holder) => row.packets.includes(holder)).map((holder) => {
      const only = row.onlyFrom?.[holder];
      const label = holder === 'WILL' ? 'Will' : holder;
      return only === undefined ? label : `${label} of a ${SIDES[only]}`;
    });
    const isEverywhere = row.packets.length === HOLDERS.length;
    return [
      byte(row.identifier),
      row.name,
      code(name),
      PROPERTY_TYPE_NAMES[row.type],
      isEverywhere ? 'all that have properties, Will' : packets.join(', '),
      propertyValues(row),
      row.repeats ? 'yes' : 'no',
    ];
  });
  return [
    '## Properties of MQTT 5.0',
    '',
    ...paragraph(
      'Field is the name under `properties` of a packet. A property that repeats is an array there. Unless it says otherwise, ' +
        'a property may come from whoever may send the packet.',
    ),
    '',
    ...table(['identifier', 'name', 'field', 'type', 'packets', 'values', 'repeats'], rows),
    '',
  ];
}

function reasonCodeLines(): string[] {
  const types = Object.keys(REASON_CODE_SETS) as ReasonCodePacketType[];
  const rows = Object.keys(REASON_CODES)
    .map(Number)
    .sort((a, b) => a - b)
    .map((number) => {
      const carriers = types.filter((type) => isReasonCode(type, number));
      const packets = carriers.map((type) => {
        const sender = senderOfReasonCode(type, number);
        const isFree =
          sender === 'both' ||
          packetTypesOf(5).some((row) => row?.name === type && row.sender === sender);
        return isFree ? type : `${type} of a ${SIDES[sender]}`;
      });
      const usual = reasonCodeName(number) as string;
      const others = carriers.flatMap((type) => {
        const own = reasonCodeName(number, type) as string;
        return own === usual ? [] : [`${own} in ${type}`];
      });
      const names = others.length === 0 ? usual : `${usual}; ${others.join('; ')}`;
      return [byte(number), names, packets.join(', ')];
    });
  return [
    '## Reason codes of MQTT 5.0',
    '',
    ...paragraph(
      `${byte(DOUBTFUL_DISCONNECT_CODE)} in DISCONNECT stands in one table of the specification and not in another: it is accepted, and ` +
        'encoded only with the option `sendDoubtfulReasonCodes`.',
    ),
    '',
    ...table(['code', 'name', 'packets'], rows),
    '',
  ];
}

function returnCodeLines(): string[] {
  const connack = CONNECT_RETURN_CODES.map((name, number) => ['CONNACK', byte(number), name]);
  const suback = [0, 1, 2].map((qos) => ['SUBACK', byte(qos), `Success, maximum QoS ${qos}`]);
  return [
    '## Return codes of MQTT 3.1.1',
    '',
    ...table(
      ['packet', 'code', 'name'],
      [...connack, ...suback, ['SUBACK', byte(0x80), 'Failure']],
    ),
    '',
  ];
}

/** Facts about a rule that may differ from one packet type to another. */
type ByType<Fact extends string> = Fact | { readonly [Type in PacketType]?: Fact } | undefined;

/** One fact, or each with the packet types it holds for. */
function byType<Fact extends string>(
  facts: ByType<Fact>,
  toText: (fact: Fact) => string,
): string[] {
  if (facts === undefined) return [];
  if (typeof facts === 'string') return [toText(facts)];
  const types = PACKET_TYPES.filter((type) => facts[type] !== undefined);
  const distinct = [...new Set(types.map((type) => facts[type] as Fact))];
  return distinct.map((fact) => {
    const own = types.filter((type) => facts[type] === fact);
    return `${own.join(', ')}: ${toText(fact)}`;
  });
}

function answerText(errorClass: ErrorClass): string {
  return `${code(errorClass)} ${byte(ANSWERS[errorClass].reasonCode)}`;
}

function statementText(statement: string): string {
  return `MQTT-${statement}`;
}

function cell(parts: readonly string[]): string {
  return parts.length === 0 ? '–' : parts.join('<br>');
}

function errorRow(name: string, rule: Rule): string[] {
  const { connectReturnCode } = ANSWERS[rule.class];
  const own = rule.mqtt5?.class;
  const classes =
    own === undefined
      ? []
      : typeof own === 'string'
        ? [`5.0: ${answerText(own)}`]
        : byType(own, answerText).map((text) => `5.0, ${text}`);
  const withSender = (usual: readonly string[], sender: string | undefined) =>
    sender === undefined ? usual : [...usual, `encoding: ${statementText(sender)}`];
  return [
    code(name),
    escapeMarkdown(rule.says),
    cell([answerText(rule.class), ...classes]),
    connectReturnCode === undefined ? '–' : String(connectReturnCode),
    cell(withSender(byType(rule.statement, statementText), rule.senderStatement)),
    cell(withSender(byType(rule.mqtt5?.statement, statementText), rule.mqtt5?.senderStatement)),
  ];
}

function errorLines(): string[] {
  const classes = (Object.keys(ANSWERS) as ErrorClass[]).map((errorClass) => {
    const { reasonCode, connectReturnCode } = ANSWERS[errorClass];
    return [
      code(errorClass),
      `${byte(reasonCode)} ${reasonCodeName(reasonCode)}`,
      connectReturnCode === undefined
        ? '–'
        : `${connectReturnCode} ${CONNECT_RETURN_CODES[connectReturnCode]}`,
    ];
  });
  const rows = Object.entries(RULES).map(([name, rule]) => errorRow(name, rule));
  return [
    '## Error classes',
    '',
    ...paragraph(
      'How a breach is to be answered: in MQTT 5.0 by the reason code, in DISCONNECT or, if the packet is a CONNECT, in CONNACK; in MQTT ' +
        '3.1.1, if the packet is a CONNECT, by the return code where there is one. Then the connection is closed. `TRANSPORT` is a stream that ends inside ' +
        'a packet, and `USAGE` a mistake of the caller, which no peer is told of.',
    ),
    '',
    ...table(['class', 'reason code', 'return code, 3.1.1'], classes),
    '',
    '## Error codes',
    '',
    ...paragraph(
      'The class with its reason code, which MQTT 5.0 sometimes sees differently; the return code for a CONNECT of MQTT 3.1.1; and the statement of ' +
        'each specification, where one has a number.',
    ),
    '',
    ...table(['code', 'message', 'class', 'return code', 'MQTT 3.1.1', 'MQTT 5.0'], rows),
    '',
  ];
}

/** The document. */
export function protocolDocument(): string {
  return [
    '# The protocol as tables',
    '',
    ...generatedBy('the tables in src/protocol/'),
    '',
    ...paragraph(
      'What decoder and encoder know of MQTT, as they have it: this page is made from the tables in `src/protocol/` by `npm run docs`, and a test fails ' +
        'when it is not up to date.',
    ),
    '',
    ...packetTypeLines(),
    ...propertyLines(),
    ...reasonCodeLines(),
    ...returnCodeLines(),
    ...errorLines(),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
