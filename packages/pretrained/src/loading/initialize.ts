import { checkOptions, describeArgument, type OptionNames } from "@qkv/ops";
import {
  type Architecture,
  type FamilyConfig,
  type Labels,
  type ModelTask,
  PROBLEM_TYPES,
  type ProblemType,
} from "@qkv/transformer";
import { type AnyFamily, classesOf, type Found } from "../registry/findFamily.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** What of a model starts anew when it is opened, to be trained: a head for another task or other labels, or all of it. */
export interface InitializeOptions {
  /** The class to build of the folder's type, by what it computes: `sequenceClassification` of a `BertModel`. Default the folder's own. */
  readonly task?: ModelTask;
  /** The names of the classes of a classifier. If they are not those of the folder, its classifier starts anew. Default the folder's. */
  readonly labels?: readonly string[];
  /** The kind of classification. Default: by the number of labels. */
  readonly problemType?: ProblemType;
  /**
   * `head`: what the class has beside its encoder or decoder and the folder lacks. `all`: every weight, of which no file is read.
   * Default `head`.
   */
  readonly weights?: "head" | "all";
  /** What new values follow from, together with their names. Default 0. */
  readonly seed?: number;
}

const NAMES: OptionNames<InitializeOptions> = {
  task: true,
  labels: true,
  problemType: true,
  weights: true,
  seed: true,
};

/** What {@link InitializeOptions} make of a folder, once they are checked. */
export interface FreshParts {
  /** The class of the folder's type that is built. @throws PretrainedError if the type has none for the task */
  classOf(path: string, stored: Found, families: readonly AnyFamily[]): Found;
  /** The config with the labels. @throws PretrainedError if its class has none */
  withLabels<Config extends FamilyConfig>(path: string, config: Config): Config;
  weights(architecture: Architecture, stored: StoredModel, config: FamilyConfig): NewWeights;
}

/** What a folder holds, as it would be opened without new weights. */
interface StoredModel {
  readonly task: ModelTask;
  readonly config: FamilyConfig;
}

/** Checks what is to start anew. @throws PretrainedError naming the option */
export function freshParts(initialize: InitializeOptions): FreshParts {
  checkInitialize(initialize);
  return {
    classOf: (path, stored, families) => classForTask(path, stored, initialize.task, families),
    withLabels: (path, config) => withLabels(path, config, initialize),
    weights: (architecture, stored, config) => newWeights(initialize, architecture, stored, config),
  };
}

/** @throws PretrainedError naming the option */
function checkInitialize(initialize: InitializeOptions): void {
  const who = "loadPretrained: initialize";
  checkOptions(who, initialize, NAMES);
  const { labels, problemType, weights = "head", seed = 0 } = initialize;
  const isName = (label: unknown) => typeof label === "string" && label !== "";
  if (labels !== undefined && !(Array.isArray(labels) && labels.length > 0 && labels.every(isName))) {
    throw new PretrainedError(`${who}: expected labels to be a list of names, got ${describeArgument(labels)}`);
  }
  const twice = labels?.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined)
    throw new PretrainedError(`${who}: expected labels that differ, got ${JSON.stringify(twice)} twice`);
  if (problemType !== undefined && !PROBLEM_TYPES.includes(problemType)) {
    const got = describeArgument(problemType);
    throw new PretrainedError(`${who}: expected problemType to be one of ${PROBLEM_TYPES.join(", ")}, got ${got}`);
  }
  if (weights !== "head" && weights !== "all") {
    throw new PretrainedError(`${who}: expected weights to be head or all, got ${describeArgument(weights)}`);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new PretrainedError(`${who}: expected seed to be an integer, got ${describeArgument(seed)}`);
  }
}

/** The class of the folder's type for another task. @throws PretrainedError if the type has none */
function classForTask(path: string, found: Found, task: ModelTask | undefined, families: readonly AnyFamily[]): Found {
  if (task === undefined || found.architecture.task === task) return found;
  const classes = classesOf(found.modelType, families);
  const other = classes.find(({ architecture }) => architecture.task === task);
  if (other !== undefined) return other;
  const known = [...new Set(classes.map(({ architecture }) => architecture.task))].join(", ");
  throw new PretrainedError(
    `${path}: expected a model that can be made one for ${task}, got a ${found.modelType}, which is for ${known}`,
  );
}

/** A config with other labels. @throws PretrainedError if its class has none */
function withLabels<Config extends FamilyConfig>(
  path: string,
  config: Config,
  { labels, problemType }: Pick<InitializeOptions, "labels" | "problemType">,
): Config {
  if (labels === undefined && problemType === undefined) return config;
  const own = config as Config & Partial<Labels>;
  if (own.labels === undefined) {
    throw new PretrainedError(
      `${path}: expected a model with classes for the labels, got a ${config.modelType} without`,
    );
  }
  const { problemType: _, ...others } = own;
  const type = problemType ?? (labels === undefined ? own.problemType : undefined);
  return {
    ...others,
    labels: labels ?? own.labels,
    ...(type !== undefined && { problemType: type }),
  } as unknown as Config;
}

/** Which parameters of a model start anew, and which arrays of a file are not read. */
export interface NewWeights {
  readonly seed: number;
  /** Whether no array is read. */
  readonly isAll: boolean;
  /** Whether a parameter may be missing, by our name. */
  isNew(path: string): boolean;
  /** Whether an array is not read though it is there, by our name. */
  isReplaced(path: string): boolean;
}

/** Heads of every class, by our names: an encoder's or a decoder's own parameters are none of them. */
const HEAD = /^(?:(?:pooler|transform|classifier|score|spans|dense)\.|decoderBias$|decoder\.(?:weight|bias)$)/;

/** What depends on the labels. */
const CLASSIFIER = /^(?:classifier|score|dense)\./;

/** Says what starts anew. */
function newWeights(
  { weights = "head", seed = 0 }: InitializeOptions,
  { task }: Architecture,
  stored: StoredModel,
  config: FamilyConfig,
): NewWeights {
  const [before, after] = [stored.config, config].map((each) => (each as Partial<Labels>).labels ?? []) as [
    string[],
    string[],
  ];
  const areOther =
    stored.task !== task || before.length !== after.length || before.some((label, i) => label !== after[i]);
  return {
    seed,
    isAll: weights === "all",
    isNew: (path) => weights === "all" || HEAD.test(path),
    isReplaced: (path) => areOther && CLASSIFIER.test(path),
  };
}
