/** What aedes has to do, as data: what the load generator and the broker are told, and what must come of it. */

export interface Load {
  readonly title: string;
  readonly qos: 0 | 1;
  readonly subscribers: number;
  /** How many times as many messages per second there must be with mqtt-wasm, and how many are aimed at. */
  readonly gate: number;
  readonly goal: number;
}

export const LOADS = {
  qos0: { title: 'one publisher, QoS 0', qos: 0, subscribers: 0, gate: 1.5, goal: 1.8 },
  qos1: { title: 'one publisher, QoS 1', qos: 1, subscribers: 0, gate: 1.2, goal: 1.5 },
  fanout: { title: 'five subscribers, QoS 0', qos: 0, subscribers: 5, gate: 1.3, goal: 1.7 },
} as const satisfies Readonly<Record<string, Load>>;

export type LoadName = keyof typeof LOADS;
export const LOAD_NAMES = Object.keys(LOADS) as readonly LoadName[];

/** PUBLISH that wait for their PUBACK, at most. */
export const WINDOW = 1000;
