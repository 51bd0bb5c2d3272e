/** What hashes begin with: another number in each process, so that no file can be written whose entries all fall together. */
export const SEED = Math.floor(Math.random() * 2 ** 32) | 0;
