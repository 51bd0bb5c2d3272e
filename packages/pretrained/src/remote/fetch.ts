/** How files are fetched; a test or an application brings its own. */
export type Fetch = typeof globalThis.fetch;
