#!/bin/sh
# Checks the kernels, runs the benches on WebGPU and prints JSON, within 8 minutes. --short: less, for a slow driver.
here=$(cd "$(dirname "$0")" && pwd)
export HOME="${HOME:-/tmp}" XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"
export QKV_BENCH_ROOT="file://$here/app/bench" QKV_BENCH_SOFTWARE=1
# The packed loader serves where the host has none.
if ! /sbin/ldconfig -p 2>/dev/null | grep -q libvulkan.so.1; then
  export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
exec "$here/bin/node" "$here/app/bench/gpuHost/main.js" "$@"
