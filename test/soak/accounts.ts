/** What the clients of a round have sent, and how often the server has to have handled it. */
import { ACCOUNTS, type LedgerPage, MESSAGES } from './ledger.js';

/**
 * A publisher's messages, each with how often it must have been handled at least and may have been at most. The difference is what was not acknowledged
 * when a connection broke off: nobody can know whether that was handled.
 */
export class Account {
  readonly index: number;
  /** Who sends, for those who read of it. */
  readonly owner: string;
  readonly least = new Uint8Array(MESSAGES);
  readonly most = new Uint8Array(MESSAGES);
  /** Number of messages. */
  length = 0;

  constructor(index: number, owner: string) {
    this.index = index;
    this.owner = owner;
  }

  /** A message is sent, once more maybe. */
  hasSent(number: number): void {
    this.length = Math.max(this.length, number + 1);
    (this.most[number] as number)++;
  }

  /** The server has promised that it has handled the message. */
  isAcknowledged(number: number): void {
    this.least[number] = 1;
  }

  /** Every message must have been handled as often as it was sent. */
  isComplete(): void {
    this.least.set(this.most);
  }
}

export interface RoundCounts {
  /** Messages that were sent, each once. */
  readonly sent: number;
  /** Times that messages were handled. */
  readonly handled: number;
  /** Messages of which it is certain how often they had to be handled. */
  readonly certain: number;
  /** Messages that were handled more than once, having been sent again. */
  readonly repeated: number;
}

/** The accounts of one round. */
export class Accounts {
  readonly round: number;
  readonly #accounts: Account[] = [];

  constructor(round: number) {
    this.round = round;
  }

  get length(): number {
    return this.#accounts.length;
  }

  /** Whether there is room for so many more. */
  hasRoomFor(count: number): boolean {
    return this.#accounts.length + count <= ACCOUNTS;
  }

  open(owner: string): Account {
    const account = new Account(this.#accounts.length, owner);
    this.#accounts.push(account);
    return account;
  }

  /** Compares with what the server has counted. What does not agree goes to `onFailure`, a sentence each. */
  settle({ round, harmed, counts }: LedgerPage, onFailure: (what: string) => void): RoundCounts {
    if (round !== this.round) onFailure(`the ledger is of round ${round}, not ${this.round}`);
    if (harmed > 0) onFailure(`${harmed} messages of round ${round} were harmed on their way`);
    let [sent, handled, certain, repeated] = [0, 0, 0, 0];
    for (const { index, owner, least, most, length } of this.#accounts) {
      sent += length;
      for (let number = 0; number < MESSAGES; number++) {
        const count = counts[index * MESSAGES + number] ?? 0;
        const [atLeast, atMost] = [least[number] as number, most[number] as number];
        handled += count;
        if (count > 1) repeated++;
        if (atMost > 0 && atLeast === atMost) certain++;
        if (count >= atLeast && count <= atMost) continue;
        const expected = atLeast === atMost ? atLeast : `${atLeast} to ${atMost}`;
        onFailure(
          `round ${round}, account ${index} (${owner}): message ${number} was handled ${count} times, not ${expected}`,
        );
      }
    }
    return { sent, handled, certain, repeated };
  }
}
