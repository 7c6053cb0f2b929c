/** What is to be done with messages, by their topic: an array look-up by its number once the topic has been seen. */
import { type FrameCursor, type SlabBatch, TopicMap } from 'mqtt-wasm';
import { matches } from '../router/topic-filter.js';
import { Once } from './once.js';

/**
 * Gets a PUBLISH, or one after the other the pieces of a long one: `PUBLISH_START`, `PUBLISH_PART`s, `PUBLISH_END`. Long messages of
 * several connections come interleaved: who has to tell their parts apart returns, for a `PUBLISH_START`, a handler that gets the
 * rest of this message. What a handler wants to keep it must copy.
 */
export type Handler = (frame: FrameCursor) => Handler | undefined;

/** The first whose Topic Filter matches is taken. */
export type Route = readonly [topicFilter: string, handler: Handler];

const ignore: Handler = () => undefined;

export class Routes {
  readonly #routes: readonly Route[];
  readonly #byTopicId = new TopicMap<Handler>();

  constructor(routes: readonly Route[]) {
    this.#routes = routes;
  }

  /** Who handles a PUBLISH, or the PUBLISH_START of a long one. */
  handlerOf(frame: FrameCursor): Handler {
    return this.#byTopicId.get(frame.topicId) ?? this.#find(frame);
  }

  #find({ topicId, topic = '' }: FrameCursor): Handler {
    const found = this.#routes.find(([filter]) => matches(filter, topic))?.[1] ?? ignore;
    this.#byTopicId.set(topicId, found);
    return found;
  }
}

/** One connection's messages on their way to the handlers. */
export class Delivery {
  readonly #routes: Routes;
  readonly #once = new Once();
  /** Who gets the rest of a long message. */
  #rest: Handler = ignore;
  /** The client has taken leave: nothing behind its DISCONNECT is taken. */
  #isOver = false;

  constructor(routes: Routes) {
    this.#routes = routes;
  }

  /** Takes what a batch has, the next one of the connection. */
  takeAll(batch: SlabBatch): void {
    for (const frame = batch.cursor(); !this.#isOver && frame.next(); ) this.#take(frame);
  }

  #take(frame: FrameCursor): void {
    switch (frame.type) {
      case 'PUBLISH':
        if (this.#once.takes(frame)) this.#routes.handlerOf(frame)(frame);
        break;
      case 'PUBLISH_START':
        this.#start(frame);
        break;
      case 'PUBLISH_PART':
      case 'PUBLISH_END':
        this.#rest(frame);
        break;
      case 'PUBREL':
        this.#once.release(frame.packetIdentifier);
        break;
      case 'DISCONNECT':
        this.#isOver = true;
        break;
    }
  }

  #start(frame: FrameCursor): void {
    const handler = this.#once.takes(frame) ? this.#routes.handlerOf(frame) : ignore;
    this.#rest = handler(frame) ?? handler;
  }
}
