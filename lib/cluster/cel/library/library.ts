/** Functions that expressions may call. A function that cannot answer throws; the text is the expression's error. */
export interface Library {
  types?: readonly {
    name: string;
    ctor: new (...args: never[]) => object;
    /** Fields that expressions may read, by name; the value is the type's name. */
    fields?: Readonly<Record<string, string>>;
  }[];
  /** Names that stand for a value everywhere. */
  constants?: readonly { name: string; type: string; value: object }[];
  /** Signatures in the parser's notation, `receiver.name(argument): result`, and what answers. */
  functions: readonly (readonly [signature: string, run: (...args: never[]) => unknown])[];
}
