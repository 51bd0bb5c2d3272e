/** What is added to the score of a key that is not seen: the least number of float32, as transformers has it. */
export const HIDDEN = -3.4028234663852886e38;
