/**
 * Adds the steps of a sublayer: it reads rows at `from`, and stores its output at `to` as `mode` of a product says.
 *
 * `beside`: its first step needs nothing that the step before it does.
 */
export type Sublayer = (from: number, to: number, mode: number, beside: boolean) => void;
