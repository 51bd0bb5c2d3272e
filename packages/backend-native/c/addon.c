// The Node-API of the kernels: `attach` gives functions that work on a heap in place, each thread of JavaScript its own.
#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "cpu.h"
#include "kernels.h"

typedef struct {
  uint8_t *heap; // of a shared memory, whose address stays
  const KernelSet *kernels;
} Instance;

static napi_value refuse(napi_env env, const char *message) {
  napi_throw_type_error(env, NULL, message);
  return NULL;
}

/** An address, which wasm itself hands over as a signed number. */
static void *at(const Instance *on, double address) { return on->heap + (uint32_t)(int64_t)address; }

/** The same, NULL for 0: something that is not there. */
static void *at_any(const Instance *on, double address) { return address == 0 ? NULL : at(on, address); }

/** The parameters of assembly/gemm.ts's `products`. */
static void run_products(const Instance *on, const double *v) {
  const Products p = {
      .a = at(on, v[0]), .b = at(on, v[1]), .c = at(on, v[2]), .stepA = v[3], .stepB = v[4], .M = v[5], .N = v[6],
      .K = v[7], .ras = v[8], .cas = v[9], .rbs = v[10], .cbs = v[11], .ldc = v[6], .bias = at_any(on, v[12]),
      .mode = v[13], .blockRows = v[14], .blockColumns = v[15], .from = v[16], .to = v[17], .scratch = at(on, v[18]),
  };
  on->kernels->products(&p);
}

/** The parameters of assembly/packedProducts.ts's `packedProducts`. */
static void run_packed_products(const Instance *on, const double *v) {
  const Products p = {
      .a = at(on, v[0]), .b = at(on, v[1]), .c = at(on, v[2]), .M = v[3], .N = v[4], .K = v[5], .ras = v[5], .cas = 1,
      .ldc = v[4], .layout = v[6], .zero = v[7], .bias = at_any(on, v[8]), .mode = v[9], .blockRows = v[10],
      .blockColumns = v[11], .from = v[12], .to = v[13], .scratch = at(on, v[14]),
  };
#if defined(__x86_64__)
  if (is_few_woven(&p)) {
    woven_products_avx2(&p);
    return;
  }
#endif
  on->kernels->products(&p);
}

/** The parameters of assembly/elements.ts's `activate`. */
static void run_activate(const Instance *on, const double *v) {
  long from = v[3], to = v[4];
  on->kernels->activate(v[0], (const float *)at(on, v[1]) + from, (float *)at(on, v[2]) + from, to - from);
}

/** The parameters of assembly/attention.ts's `attention`. */
static void run_attention(const Instance *on, const double *v) {
  const AttentionShape *shape = at(on, v[0]);
  const Attention attention = {
      .shape = shape, .q = at(on, v[1]), .k = at(on, v[2]), .v = at(on, v[3]), .mask = at_any(on, v[4]),
      .bias = at_any(on, v[5]), .sinks = at_any(on, shape->sinks), .y = at(on, v[6]), .logSumExp = at(on, v[7]),
      .from = v[8], .to = v[9], .scratch = at(on, v[10]),
  };
  on->kernels->attention(&attention);
}

enum { MOST_PARAMETERS = 24, OF_PART = 3 }; // `from`, `to` and the scratch are the last parameters of each kernel

/** The kernels, with how many parameters each has, in the order of their numbers in programs. */
static const struct { int parameters; void (*run)(const Instance *, const double *); } KERNELS[] = {
    {19, run_products},
    {15, run_packed_products},
    {6, run_activate},
    {11, run_attention},
};

/** Reads as many numbers as there are parameters, and gives the instance; NULL where they are not. */
static const Instance *numbers(napi_env env, napi_callback_info info, size_t parameters, double *to) {
  napi_value args[MOST_PARAMETERS];
  size_t given = parameters;
  Instance *on;
  int isRight = napi_get_cb_info(env, info, &given, args, NULL, (void **)&on) == napi_ok && given == parameters;
  for (size_t i = 0; isRight && i < parameters; i++) isRight = napi_get_value_double(env, args[i], to + i) == napi_ok;
  if (!isRight) refuse(env, "expected the numbers that the kernel of wasm takes");
  return isRight ? on : NULL;
}

static napi_value call(napi_env env, napi_callback_info info, int kernel) {
  double v[MOST_PARAMETERS];
  const Instance *on = numbers(env, info, KERNELS[kernel].parameters, v);
  if (on != NULL) KERNELS[kernel].run(on, v);
  return NULL;
}

static napi_value products(napi_env env, napi_callback_info info) { return call(env, info, 0); }
static napi_value packed_products(napi_env env, napi_callback_info info) { return call(env, info, 1); }
static napi_value activate(napi_env env, napi_callback_info info) { return call(env, info, 2); }
static napi_value attention(napi_env env, napi_callback_info info) { return call(env, info, 3); }

/** step(kernel, arguments, from, to, scratch): a part of a step of a program, whose arguments lie in the heap. */
static napi_value step(napi_env env, napi_callback_info info) {
  double given[5], v[MOST_PARAMETERS];
  const Instance *on = numbers(env, info, 5, given);
  if (on == NULL) return NULL;
  unsigned kernel = given[0];
  if (kernel >= sizeof KERNELS / sizeof *KERNELS) return refuse(env, "step: expected the number of a kernel");
  int arguments = KERNELS[kernel].parameters - OF_PART;
  memcpy(v, at(on, given[1]), arguments * sizeof *v);
  memcpy(v + arguments, given + 2, OF_PART * sizeof *v);
  KERNELS[kernel].run(on, v);
  return NULL;
}

/** Whether packedProducts takes a few rows with codes, too. */
#if defined(__x86_64__)
enum { TAKES_FEW_ROWS = 1 };
#else
enum { TAKES_FEW_ROWS = 0 };
#endif

static const KernelSet *kernels_for(Instructions instructions) {
#if defined(__x86_64__)
  static const KernelSet avx2 = SET(avx2), avx512 = SET(avx512);
  return instructions == AVX512 ? &avx512 : instructions == AVX2 ? &avx2 : NULL;
#elif defined(__aarch64__)
  static const KernelSet neon = SET(neon);
  return instructions == NEON ? &neon : NULL;
#else
  return NULL;
#endif
}

static void end(napi_env env, void *on, void *hint) {
  (void)env, (void)hint;
  free(on);
}

/** Adds a function that works on a heap, and has an instance of its own. */
static int add(napi_env env, napi_value to, const char *name, napi_callback call, Instance instance) {
  napi_value function;
  Instance *on = malloc(sizeof *on);
  if (on == NULL) return 0;
  *on = instance;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, call, on, &function) == napi_ok &&
      napi_add_finalizer(env, function, on, end, NULL, NULL) == napi_ok)
    return napi_set_named_property(env, to, name, function) == napi_ok;
  free(on);
  return 0;
}

/** attach(heap: Uint8Array): the kernels on it, and the name of the instructions that they use. */
static napi_value attach(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value heap, kernels, name, takesFewRows;
  void *bytes;
  if (napi_get_cb_info(env, info, &argc, &heap, NULL, NULL) != napi_ok || argc < 1 ||
      napi_get_typedarray_info(env, heap, NULL, NULL, &bytes, NULL, NULL) != napi_ok)
    return refuse(env, "attach: expected a Uint8Array of the heap");
  Instructions best = best_instructions();
  Instance instance = {.heap = bytes, .kernels = kernels_for(best)};
  if (instance.kernels == NULL) return refuse(env, "there are no native kernels for this processor");
  if (napi_create_object(env, &kernels) != napi_ok ||
      napi_create_string_utf8(env, INSTRUCTION_NAMES[best], NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_set_named_property(env, kernels, "instructions", name) != napi_ok ||
      napi_get_boolean(env, TAKES_FEW_ROWS, &takesFewRows) != napi_ok ||
      napi_set_named_property(env, kernels, "takesFewRows", takesFewRows) != napi_ok ||
      !add(env, kernels, "products", products, instance) ||
      !add(env, kernels, "packedProducts", packed_products, instance) ||
      !add(env, kernels, "activate", activate, instance) || !add(env, kernels, "attention", attention, instance) ||
      !add(env, kernels, "step", step, instance))
    return refuse(env, "there is no memory for the native kernels");
  return kernels;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "attach", NAPI_AUTO_LENGTH, attach, NULL, &function);
  napi_set_named_property(env, exports, "attach", function);
  return exports;
}
