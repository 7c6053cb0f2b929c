/** What is sent, as data, and how many times as much the ingest server must take in as others. */
import { SMALL_PAYLOAD } from '../brokers/frames.js';
import type { ContestantName } from './contestants.js';

export interface Load {
  readonly title: string;
  readonly qos: 0 | 1;
  /** Bytes of a payload. */
  readonly payload: number;
  /** So many different frames go round and round. */
  readonly frames: number;
}

export const LOADS = {
  qos0: { title: 'small, QoS 0', qos: 0, payload: SMALL_PAYLOAD, frames: 4096 },
  qos1: { title: 'small, QoS 1', qos: 1, payload: SMALL_PAYLOAD, frames: 4096 },
  '4k': { title: '4 KiB, QoS 0', qos: 0, payload: 4096, frames: 64 },
  '1m': { title: '1 MiB, QoS 0', qos: 0, payload: 1_048_576, frames: 1 },
} as const satisfies Readonly<Record<string, Load>>;

export type LoadName = keyof typeof LOADS;
export const LOAD_NAMES = Object.keys(LOADS) as readonly LoadName[];

/** Publishers, each with a connection. */
export const CONNECTIONS: readonly number[] = [1, 100, 1000];

/**
 * At QoS 0, what was sent and is not yet proved taken in, at most, over all connections: a slow broker still has to work that off when the time
 * is over. Two messages may always be.
 */
export const MOST_IN_FLIGHT = { messages: 131_072, bytes: 64 * 1_048_576 } as const;
/** At QoS 1, PUBLISH that wait for their PUBACK, over all connections; where there are more connections, one each. */
export const WINDOW = 1000;

/** How many of them each of so many connections has. */
export function windowOf(connections: number): number {
  return Math.max(1, Math.floor(WINDOW / connections));
}

/** A load on so many connections. */
export interface Case {
  readonly load: LoadName;
  readonly connections: number;
}

export function caseName({ load, connections }: Case): string {
  return `${load}/${connections}`;
}

export function caseTitle({ load, connections }: Case): string {
  const { title } = LOADS[load];
  return `${title}, ${connections === 1 ? 'one connection' : `${connections} connections`}`;
}

/** How many times as many messages a second one must take in as another: what must hold, and what is aimed at. */
export interface Gate {
  readonly contestant: ContestantName;
  readonly against: ContestantName;
  readonly gate: number;
  readonly goal: number;
}

/** What holds where nothing else is said: nobody is slower than aedes, but for noise. */
const NOT_SLOWER: Gate = { contestant: 'ingest', against: 'aedes', gate: 0.9, goal: 1 };

function small(toAedes: number, toMosquitto: number): readonly Gate[] {
  return [
    { contestant: 'ingest', against: 'aedes', gate: toAedes, goal: 8 },
    { contestant: 'ingest', against: 'mosquitto', gate: toMosquitto, goal: 5 },
  ];
}

const GATES: Readonly<Record<string, readonly Gate[]>> = {
  'qos0/1': small(8, 5),
  'qos0/100': small(8, 5),
  // The generator has 1,000 sockets to look after, on the other of two processors.
  'qos0/1000': small(5, 3),
};

export function gatesOf(one: Case): readonly Gate[] {
  return GATES[caseName(one)] ?? [NOT_SLOWER];
}
