/** Return codes of MQTT 3.1.1 (table 3.1 and section 3.9.3). */

/** Meaning of each Connect Return code of CONNACK. */
export const CONNECT_RETURN_CODES = [
  'Connection Accepted',
  'Connection Refused, unacceptable protocol version',
  'Connection Refused, identifier rejected',
  'Connection Refused, Server unavailable',
  'Connection Refused, bad user name or password',
  'Connection Refused, not authorized',
] as const;

/** Connect Return code of CONNACK: an index of {@link CONNECT_RETURN_CODES}. */
export type ConnectReturnCode = 0 | 1 | 2 | 3 | 4 | 5;

/** Return code of SUBACK, one a subscription: the granted QoS, or 0x80 for failure. */
export type SubscribeReturnCode = 0 | 1 | 2 | 0x80;

export function isConnectReturnCode(code: number): code is ConnectReturnCode {
  return Number.isInteger(code) && code >= 0 && code < CONNECT_RETURN_CODES.length;
}

export function isSubscribeReturnCode(code: number): code is SubscribeReturnCode {
  return code === 0 || code === 1 || code === 2 || code === 0x80;
}
