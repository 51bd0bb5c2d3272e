/** The seed of hashes: another number in each process, so that no file can make all its entries collide. */
export const SEED = Math.floor(Math.random() * 2 ** 32) | 0;
