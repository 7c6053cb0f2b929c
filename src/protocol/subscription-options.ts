/** The Subscription Options of SUBSCRIBE (section 3.8.3.1); up to MQTT 3.1.1 all but QoS are reserved. */
export const SUBSCRIPTION_OPTION = {
  qos: 0x03,
  noLocal: 0x04,
  retainAsPublished: 0x08,
  /** Retain Handling stands this many bits up. */
  retainHandlingShift: 4,
  reserved: 0xc0,
} as const;
