/** Token ids of a text, or labels. */
export type TokenIds = readonly number[] | Int32Array;
