"""Writes the five nets of nets.py as ONNX, with what PyTorch makes of them: `export.py FOLDER`.

For each net NAME.onnx (weights inside, batch left open), and NAME.npz: a batch `x` of float32 samples, `labels`
(the net's own answers, as attacks start from samples that are right), `logits`, and `gradient`, of the summed
cross-entropy with respect to x, all by PyTorch in float32. The last file written is versions.json.
"""

import io
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from torch.nn import functional as F

from nets import NETS, build, samples

OPSET = 18


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    for name, net in NETS.items():
        module = build(name)
        x = samples(name, net.batch, 1)
        program = torch.onnx.export(
            module, (x[:2],), dynamo=True, opset_version=OPSET, input_names=["x"], output_names=["logits"],
            dynamic_shapes=({0: torch.export.Dim("batch")},), verbose=False,
        )
        model = program.model_proto
        onnx.checker.check_model(model)
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
        x.requires_grad_(True)
        logits = module(x)
        labels = logits.detach().argmax(1)
        F.cross_entropy(logits, labels, reduction="sum").backward()
        held = io.BytesIO()
        np.savez(
            held, x=x.detach().numpy(), labels=labels.numpy(), logits=logits.detach().numpy(), gradient=x.grad.numpy()
        )
        (folder / f"{name}.npz").write_bytes(held.getvalue())
        classes = len(set(labels.tolist()))
        print(f"{name}: {len(model.graph.node)} nodes, {classes} classes answered", file=sys.stderr)
    versions = {"torch": torch.__version__, "onnx": onnx.__version__, "opset": OPSET}
    (folder / "versions.json").write_text(json.dumps(versions) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
