/** Error of a language that a model of many wants to be told, and was not. */
export class MissingLanguageError extends RangeError {}
