/**
 * Copies `length` bytes from address `source` to address `target`. In shared memory this is two to four times as fast as what
 * JavaScript has for it.
 */
export function move(target: u32, source: u32, length: u32): void {
  memory.copy(target, source, length);
}
