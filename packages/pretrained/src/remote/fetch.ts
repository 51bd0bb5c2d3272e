/** The function that fetches files; a test or an application may pass its own. */
export type Fetch = typeof globalThis.fetch;
