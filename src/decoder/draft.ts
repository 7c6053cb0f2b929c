/** A batch in the making: rows still in the frame table, rows taken out of it, and what else a push brings. */
import { ROW_WORDS } from '../../assembly/layout.js';
import type { MqttError } from '../errors.js';
import type { ControlPacket } from '../protocol/packets.js';
import { RowMap } from './row-map.js';

export class Draft {
  /** Rows in the frame table. */
  rows = 0;
  /** Rows taken out of the frame table because it was full. */
  spilled = 0;
  /** The frame of row 0, if it began in an earlier chunk. */
  joined: Uint8Array | undefined;
  /** Packets decoded already, by row. */
  packets: RowMap<ControlPacket> | undefined;
  /** Topic Names that a Topic Alias stands for, by row. */
  topics: RowMap<string> | undefined;
  /** What ended the push. */
  error: MqttError | undefined;
  #pieces: Int32Array[] | undefined;

  /** Frames so far. */
  get length(): number {
    return this.spilled + this.rows;
  }

  /** Ends the draft in an error before row `row` of the table. */
  failAt(row: number, error: MqttError): void {
    this.rows = row;
    this.error = error;
  }

  /** Takes all rows out of the table. */
  spill(table: Int32Array): void {
    this.#pieces ??= [];
    this.#pieces.push(table.slice(0, this.rows * ROW_WORDS));
    this.spilled += this.rows;
    this.rows = 0;
  }

  /** Notes the packet of a row of the table. */
  setPacket(row: number, packet: ControlPacket): void {
    this.packets ??= new RowMap();
    this.packets.set(this.spilled + row, packet);
  }

  /** Notes the Topic Name of a row of the table, in which there is none. */
  setTopic(row: number, topic: string): void {
    this.topics ??= new RowMap();
    this.topics.set(this.spilled + row, topic);
  }

  /** All rows in memory of their own, if the table could not hold them. */
  ownRows(table: Int32Array): Int32Array | undefined {
    if (this.#pieces === undefined) return undefined;
    const all = new Int32Array(this.length * ROW_WORDS);
    let at = 0;
    for (const piece of [...this.#pieces, table.subarray(0, this.rows * ROW_WORDS)]) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}
