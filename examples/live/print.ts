/** Packets and events as lines of at most 100 columns. Pure functions: nothing is written here. */
import type { ControlPacket, MqttError } from 'mqtt-wasm';
import { packetFields } from './fields.js';
import { columns, count, escapeText, layOut, type Paint, shorten, wrap } from './text.js';

/** Columns that no line exceeds. */
export const WIDTH = 100;

const INDENT = ' '.repeat(10);
const BYTES_IN_LINE = 24;
const BYTES_IN_GROUP = 8;

/** Which way bytes flow. */
export type Direction = 'client-to-broker' | 'broker-to-client';

/** What the printed lines depend on besides the packet. */
export interface PrintOptions {
  readonly paint: Paint;
  /** Whether passwords and Authentication Data are shown. */
  readonly showSecrets: boolean;
  /** Bytes of a frame shown in hexadecimal at most. */
  readonly maximumBytes: number;
}

/** Where and when something passed. */
export interface Passage {
  /** Seconds since the start. */
  readonly seconds: number;
  /** Number of the connection, counted from 1. */
  readonly connection: number;
  /** The Client Identifier, once it is known. */
  readonly clientIdentifier?: string | undefined;
  readonly direction?: Direction;
}

function stamp({ seconds, connection }: Passage): string {
  return `${seconds.toFixed(3).padStart(7)} s  #${String(connection).padEnd(3)}`;
}

function arrow(direction: Direction, paint: Paint): string {
  return direction === 'client-to-broker'
    ? paint('cyan', 'client ──► broker')
    : paint('green', 'client ◄── broker');
}

/** Bytes `start` to `end` of a frame. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where in its frame a packet carries its secrets: the password, and what authenticates. */
function secretSpans(packet: ControlPacket, frame: Uint8Array, showSecrets: boolean): Span[] {
  if (showSecrets) return [];
  const secrets = [
    packet.type === 'CONNECT' ? packet.password : undefined,
    packet.type === 'CONNECT' || packet.type === 'CONNACK' || packet.type === 'AUTH'
      ? packet.properties?.authenticationData
      : undefined,
  ];
  return secrets
    .filter((secret) => secret !== undefined)
    .map((secret) => {
      // A decoded field is a view of the frame. Of one that is not, nobody knows where it stands.
      if (secret.buffer !== frame.buffer) return { start: 0, end: frame.length };
      const start = secret.byteOffset - frame.byteOffset;
      return { start, end: start + secret.length };
    });
}

/** The first `maximumBytes` bytes in hexadecimal, all bytes of `masked` hidden. */
export function hexLines(
  frame: Uint8Array,
  maximumBytes: number,
  masked: readonly Span[] = [],
): string[] {
  const isMasked = (at: number) => masked.some(({ start, end }) => start <= at && at < end);
  const end = Math.min(frame.length, maximumBytes);
  const lines: string[] = [];
  for (let start = 0; start < end; start += BYTES_IN_LINE) {
    let line = start.toString(16).padStart(4, '0');
    for (let at = start; at < Math.min(start + BYTES_IN_LINE, end); at++) {
      line += (at - start) % BYTES_IN_GROUP === 0 ? '  ' : ' ';
      line += isMasked(at) ? '••' : (frame[at] as number).toString(16).padStart(2, '0');
    }
    lines.push(line);
  }
  if (end < frame.length) lines.push(`… ${count(frame.length - end)} more bytes`);
  return lines;
}

/** A packet as lines: what passed where, its fields, its bytes. */
export function packetLines(
  packet: ControlPacket,
  frame: Uint8Array,
  passage: Passage & { readonly direction: Direction },
  options: PrintOptions,
): string[] {
  const { paint } = options;
  const head = `${stamp(passage)} `;
  const length = `${count(frame.length)} ${frame.length === 1 ? 'byte' : 'bytes'}`.padStart(12);
  const type = packet.type.padEnd(11);
  const room = WIDTH - head.length - 17 - 2 - type.length - 1 - length.length - 2;
  const name = passage.clientIdentifier;
  const label = name === undefined ? '' : `  ${shorten(escapeText(name.slice(0, 100)), room)}`;
  const fields = layOut(
    packetFields(packet, options.showSecrets),
    WIDTH - INDENT.length,
    options.paint,
  );
  const masked = secretSpans(packet, frame, options.showSecrets);
  const bytes = hexLines(frame, options.maximumBytes, masked).map((line) => paint('dim', line));
  return [
    `${head}${arrow(passage.direction, paint)}  ${paint('bold', type)} ${length}${label}`,
    ...[...fields, ...bytes].map((line) => INDENT + line),
  ];
}

/** A line broken between words, all but the first part indented. */
function wrapped(text: string): string[] {
  const [first, ...rest] = wrap(text, WIDTH);
  const others = rest.length === 0 ? [] : wrap(rest.join(' '), WIDTH - INDENT.length);
  return [first as string, ...others.map((line) => INDENT + line)];
}

/** What happened to a connection, as lines. `text` must not contain text of a peer unescaped. */
export function eventLines(text: string, passage: Passage, paint: Paint): string[] {
  return wrapped(`${stamp(passage)} ${text}`).map((line) => paint('yellow', line));
}

/** Bytes that break a rule, as lines. Messages of an `MqttError` hold nothing of the peer. */
export function errorLines(
  error: MqttError,
  passage: Passage & { readonly direction: Direction },
  paint: Paint,
): string[] {
  const way = passage.direction === 'client-to-broker' ? 'client ──► broker' : 'client ◄── broker';
  const what = `${error.name} ${error.code}: ${error.message}`;
  const text = `${stamp(passage)} ${way}  ${what}. The rest is forwarded, not decoded.`;
  return wrapped(text).map((line) => paint('red', line));
}

/** A headline. */
export function headline(text: string, paint: Paint): string[] {
  const title = `── ${shorten(text, WIDTH - 8)} `;
  return ['', paint('bold', title + '─'.repeat(WIDTH - columns(title)))];
}
