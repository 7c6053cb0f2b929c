/** What is known of a connection, and what it therefore allows: version, limits, Topic Aliases, the words for its errors. */
import { type ErrorCode, MqttError } from '../errors.js';
import {
  type PacketType,
  type ProtocolVersion,
  packetTypesOf,
  type Side,
  senderTo,
} from '../protocol/packet-types.js';
import type { ScanLimits } from '../scanner/scanner.js';
import { scanLimits } from './limits.js';
import type { ResolvedDecoderOptions } from './options.js';
import { type AliasedTopic, TopicAliases } from './topic-aliases.js';

export class Connection {
  readonly options: ResolvedDecoderOptions;
  /** Who sends what is decoded, if that is known. */
  readonly sender: Side | undefined;
  /** What the scanners hold the sender to. */
  limits: ScanLimits;
  #version: ProtocolVersion | undefined;
  #isConnected = false;
  #topicAliases: TopicAliases | undefined;

  constructor(options: ResolvedDecoderOptions) {
    const { protocolVersion } = options;
    this.options = options;
    this.sender = senderTo(options.role);
    this.#version = protocolVersion === 'auto' ? undefined : protocolVersion;
    this.limits = scanLimits(options, this.#version, false);
  }

  /** Whether a CONNECT has come. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** The version, if it is known. */
  get protocolVersion(): ProtocolVersion | undefined {
    return this.#version;
  }

  set protocolVersion(version: ProtocolVersion | undefined) {
    this.#version = version;
    this.limits = scanLimits(this.options, version, this.#isConnected);
  }

  /** A CONNECT has come: from now on the rules of its version and role hold. */
  connected(version: ProtocolVersion): void {
    this.#isConnected = true;
    this.protocolVersion = version;
    this.forgetTopicAliases();
  }

  /** The topic of a PUBLISH with this alias, whose own is `topic`; `undefined` if the alias stands for nothing. */
  resolveTopicAlias(alias: number, topic: AliasedTopic): AliasedTopic | undefined {
    this.#topicAliases ??= new TopicAliases();
    return this.#topicAliases.resolve(alias, topic);
  }

  forgetTopicAliases(): void {
    this.#topicAliases = undefined;
  }

  /** The type of a frame that begins with this byte, if the version has one. */
  typeName(first: number): PacketType | undefined {
    return packetTypesOf(this.#version)[first >> 4]?.name;
  }

  /** The error `code` at the byte `offset` of the stream. */
  error(code: ErrorCode, packetType: PacketType | undefined, offset: number): MqttError {
    return new MqttError(this.#refine(code, packetType), {
      packetType,
      offset,
      sender: this.sender,
      protocolVersion: this.#version,
    });
  }

  /** Why a packet type is not allowed is known here, not to the scanner. */
  #refine(code: ErrorCode, packetType: PacketType | undefined): ErrorCode {
    if (code !== 'ERR_MQTT_PACKET_NOT_ALLOWED') return code;
    const { role, state } = this.options;
    if (state === 'expectConnect' && !this.#isConnected) return 'ERR_MQTT_CONNECT_EXPECTED';
    return packetType === 'CONNECT' && role !== 'client' ? 'ERR_MQTT_SECOND_CONNECT' : code;
  }
}
