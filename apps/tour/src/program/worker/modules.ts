// What a program may import: the modules that the page was built with, each loaded when a program first wants it.
type Load = () => Promise<object>;

/** By the name that programs import them by. */
export const MODULES: Readonly<Record<string, Load>> = {
  "@qkv/attention": () => import("@qkv/attention"),
  "@qkv/backend": () => import("@qkv/backend"),
  "@qkv/microscope": () => import("@qkv/microscope"),
  "@qkv/nn": () => import("@qkv/nn"),
  "@qkv/ops": () => import("@qkv/ops"),
  "@qkv/tokenizers": () => import("@qkv/tokenizers"),
  "@qkv/training": () => import("@qkv/training"),
  "@qkv/transformer": () => import("@qkv/transformer"),
  "@qkv/visualize": () => import("@qkv/visualize"),
  "@qkv/vit": () => import("@qkv/vit"),
  "@tensorflow/tfjs-core": () => import("@tensorflow/tfjs-core"),
  "./tour.ts": () => import("./tourHelpers.ts"),
  "./tatoeba.ts": () => import("./tatoebaHelpers.ts"),
  "./fashion.ts": () => import("./fashionHelpers.ts"),
  "./karateClub.ts": () => import("@qkv/examples/tour/karateClub"),
};
