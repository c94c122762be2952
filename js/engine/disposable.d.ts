// What `using` needs, for compilers whose `lib` does not have it; as @types/node declares it.

interface SymbolConstructor {
  readonly dispose: unique symbol;
}

interface Disposable {
  [Symbol.dispose](): void;
}
