/**
 * The part of the WebAssembly API that the scanner and the types of its loader name. `lib: dom`
 * would declare it, along with a browser that is not there.
 */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): readonly { readonly name: string }[];
    static exports(module: Module): readonly { readonly name: string; readonly kind: string }[];
  }
  class Instance {
    readonly exports: Record<string, unknown>;
  }
  class Memory {
    constructor(size: {
      readonly initial: number;
      readonly maximum: number;
      readonly shared: boolean;
    });
    readonly buffer: ArrayBufferLike;
  }
  class Table {
    readonly length: number;
  }
  function validate(bytes: Uint8Array): boolean;
}

/** Named by the types of the loader. */
type BufferSource = ArrayBufferView | ArrayBuffer;
interface Response {
  readonly body: unknown;
}
