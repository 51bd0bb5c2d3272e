export { decodeSound } from "./decoding/decodeSoundInNode.ts";
