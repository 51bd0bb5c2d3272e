// The name is not written as an argument alone: Node would read all that the file exports by its text, half a second.
module.exports = require(["@tensorflow/tfjs-backend-wasm"][0]);
