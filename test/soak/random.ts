/** Choices by chance, the same for the same seed. */
import { setTimeout as sleep } from 'node:timers/promises';

export class Random {
  #state: number;

  constructor(seed: number) {
    // Seeds that follow each other begin far apart; xorshift must not begin with 0.
    this.#state = Math.imul(seed, 0x9e37_79b1) ^ 0x85eb_ca6b || 1;
  }

  /** From 0 to below 1 (xorshift, 32 bits). */
  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** Any number from `least` to below `most`. */
  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)] as T;
  }

  /** One of the values; one with weight 2 comes twice as often as one with weight 1. */
  weighted<T extends { readonly weight: number }>(values: readonly T[]): T {
    let left = this.next() * values.reduce((sum, { weight }) => sum + weight, 0);
    for (const value of values) {
      left -= value.weight;
      if (left < 0) return value;
    }
    return values.at(-1) as T;
  }

  /** Waits for `least` to `most` milliseconds. */
  pause(least: number, most: number): Promise<void> {
    return sleep(this.integer(least, most));
  }
}
