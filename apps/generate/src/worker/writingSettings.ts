/** How tokens are chosen. */
export interface WritingSettings {
  /** Divides the logits; 0 takes the likeliest token always. */
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
  readonly seed: number;
}
