"""Writes the names of all operators that TensorFlow itself registers.

    python bench/peers/artifacts/tensorflow-ops.py > packages/scanner/src/formats/saved-model/tensorflow-ops.generated.ts

Needs `tensorflow`. Operators of earlier versions that are gone since are kept in judge-op.ts.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf  # noqa: E402
from tensorflow.core.framework import op_def_pb2  # noqa: E402
from tensorflow.python.client import pywrap_tf_session  # noqa: E402

ops = op_def_pb2.OpList()
ops.ParseFromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList()))
lines, line = [], ""
for name in sorted(op.name for op in ops.op):
    if len(line) + len(name) > 118:
        lines.append(line)
        line = ""
    line += (" " if line else "") + name
print(f"// Made by bench/peers/artifacts/tensorflow-ops.py from tensorflow {tf.__version__}.")
print("/** Every operator that it registers, separated by blanks. */")
print("export const tensorflowOps: string = `")
print("\n".join([*lines, line]))
print("`")
