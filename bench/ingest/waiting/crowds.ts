/** Who is connected while a consumer takes less than what comes. */

export interface Crowd {
  readonly title: string;
  /** Connections that send as fast as they can, and those that send nothing. */
  readonly busy: number;
  readonly idle: number;
}

/** The first one is what the others are compared with. */
export const CROWDS: readonly [Crowd, ...Crowd[]] = [
  { title: '4 send', busy: 4, idle: 0 },
  { title: '4 send, 1,000 do not', busy: 4, idle: 1000 },
  { title: '1,000 send', busy: 1000, idle: 0 },
];
