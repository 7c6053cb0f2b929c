/** What this server does with messages, as an example: it counts them, and looks at temperatures. Each thread has its own counts. */
import type { Route } from './routes.js';

export interface Counts {
  messages: number;
  payloadBytes: number;
  /** The highest temperature there was. */
  highest: number;
}

/** What a module of handlers has. */
export interface Handlers {
  /** Routes of a thread, and the counts that they keep. */
  countingRoutes(): { readonly counts: Counts; readonly routes: readonly Route[] };
}

export const countingRoutes: Handlers['countingRoutes'] = () => {
  const counts: Counts = { messages: 0, payloadBytes: 0, highest: Number.NEGATIVE_INFINITY };
  return {
    counts,
    routes: [
      [
        '+/+/temperature',
        ({ type, payload }) => {
          if (type !== 'PUBLISH' || payload === undefined) return undefined;
          counts.messages++;
          counts.payloadBytes += payload.length;
          const degrees = Number(payload.toString());
          if (degrees > counts.highest) counts.highest = degrees;
          return undefined;
        },
      ],
      [
        '#',
        ({ type, payloadLength }) => {
          if (type !== 'PUBLISH_PART' && type !== 'PUBLISH_END') counts.messages++;
          if (type === 'PUBLISH' || type === 'PUBLISH_PART') counts.payloadBytes += payloadLength;
          return undefined;
        },
      ],
    ],
  };
};
