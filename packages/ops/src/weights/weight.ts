/**
 * What a parameter is, by which weight decay, quantization and adapters choose: the matrix of a linear map or
 * convolution; a table of vectors (tokens, positions, learned tokens); a norm's weight; a bias; any other factor; or a
 * buffer, which is saved and not trained.
 */
export type WeightKind = "matrix" | "embedding" | "norm" | "bias" | "scale" | "buffer";
