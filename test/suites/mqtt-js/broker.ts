/** What the brokers of these tests have in common. */

export type Transport = 'mqtt' | 'mqtts' | 'ws' | 'wss';
export type ProtocolVersion = 3 | 4 | 5;

/** Who gives this name and no password, or another one, is refused. */
export const USER_NAME = 'alice';
export const PASSWORD = 'sécret';

/** How a broker is to be, where the tests need something besides what they always have. */
export interface BrokerOptions {
  /** Lines of Mosquitto's configuration, for all of it or for its listener of TCP. */
  readonly configuration?: readonly string[];
}

export interface Broker {
  /** The address of a transport; it stays when the broker starts again. */
  url(transport: Transport): string;
  /** The certificate of the encrypted transports. */
  readonly certificate: Buffer;
  /** Ends it at once, without a goodbye to its clients. */
  kill(): Promise<void>;
  /** Starts it again, with nothing left of what it knew. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface BrokerKind {
  readonly name: string;
  readonly versions: readonly ProtocolVersion[];
  /**
   * Whether a session that was away gets all its messages at QoS 2. With aedes one of sixty is lost now and then, on the
   * real mqtt-packet as well.
   */
  readonly keepsQos2: boolean;
  start(options?: BrokerOptions): Promise<Broker>;
}
