"""Small Parquet files for readRecords: each compression that it reads, nulls, whole numbers of 64 bits and lists.

python golden/make_parquet.py  ->  packages/training/test/golden/*.parquet
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

OUT = Path(__file__).resolve().parent.parent / "packages/training/test/golden"
TABLE = pa.table(
    {
        "text": ["Ada wrote.", None, "café"],
        "label": pa.array([1, 0, 2], pa.int64()),
        "tags": pa.array([["O", "B"], [], ["I"]], pa.list_(pa.string())),
    }
)

for compression in ["none", "snappy", "gzip", "brotli"]:
    pq.write_table(TABLE, OUT / f"{compression}.parquet", compression=compression)
pq.write_table(pa.table({"label": pa.array([2**60], pa.int64())}), OUT / "large.parquet")
