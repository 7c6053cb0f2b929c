/** The Connect Flags of CONNECT (section 3.1.2.3, figure 3.4). */

/** Bits of the Connect Flags. */
export const CONNECT_FLAG = {
  reserved: 0x01,
  cleanSession: 0x02,
  will: 0x04,
  willRetain: 0x20,
  password: 0x40,
  userName: 0x80,
} as const;

/** Will QoS stands this many bits up. */
export const WILL_QOS_SHIFT = 3;
