/** A field of a message: where it is on the wire and what it is called in JSON. */
export interface MessageField {
  readonly number: number;
  readonly json: string;
  /** `string`, `int32`, `int64`, `bool`, `double`, `bytes`, or the name of a message. */
  readonly type: string;
  /** `map` has string keys. */
  readonly label: 'single' | 'repeated' | 'map';
  /** The message's fields stand in the JSON object of the one that holds it (an embedded struct). */
  readonly inline: boolean;
}

/** Finds a message's fields by its full name: `k8s.io.api.core.v1.Pod`; undefined for an unknown one. */
export type MessageLookup = (name: string) => readonly MessageField[] | undefined;
