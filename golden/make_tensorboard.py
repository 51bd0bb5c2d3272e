"""Writes `events.tfevents`, which `scalarRecord` of @qkv/training is held against: the bytes that the tensorboard package writes
for the same events, read back by it. Run: python golden/make_tensorboard.py (needs `pip install tensorboard`)
"""
from pathlib import Path

from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

OUT = Path(__file__).parent.parent / "packages" / "training" / "test" / "golden" / "events.tfevents"
EVENTS = [
    (1700000000.25, 0, {"loss": 0.0}),
    (1700000001.5, 127, {"loss": 1.5, "learningRate": 1e-4}),
    (1700000002.0, 128, {"validation/BLEU é": -2.25}),
    (1700000003.0, 5_000_000_000, {"x" * 200: float("inf")}),
]

with open(OUT, "wb") as file:
    writer = RecordWriter(file)
    writer.write(Event(wall_time=1700000000.0, file_version="brain.Event:2").SerializeToString())
    for wall_time, step, scalars in EVENTS:
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()]
        writer.write(Event(wall_time=wall_time, step=step, summary=Summary(value=values)).SerializeToString())

read = [Event.FromString(data) for data in RawEventFileLoader(str(OUT)).Load()]
assert [event.step for event in read[1:]] == [step for _, step, _ in EVENTS]
