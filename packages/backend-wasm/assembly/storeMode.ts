// How a product is stored: bits of a mode.

/** Adds to what C holds. */
export const ADD: i32 = 1;

/** Takes the larger of each element and zero. */
export const RELU: i32 = 2;
