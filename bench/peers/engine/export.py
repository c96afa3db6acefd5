"""Writes the five nets of nets.py as ONNX, with what PyTorch makes of them: `export.py FOLDER`.

For each net NAME.onnx (weights inside, batch left open), and NAME.npz: a batch `x` of float32 samples, `labels`
(the net's own answers, as attacks start from samples that are right), `logits`, and `gradient`, of the summed
cross-entropy with respect to x, all by PyTorch in float32. Three times as many samples are drawn, and those kept at
which PyTorch's gradients in float32 and float64 agree best: at the others an activation sits within rounding of a
kink, and there is no one gradient to compare with. What is left of that is `float64`, [cosine, share of equal signs].
The last file written is versions.json.
"""

import copy
import io
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

from nets import NETS, build, samples

OPSET = 18
CALL = 8


def gradients(net: nn.Module, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    parts = []
    for part, own in zip(x.split(CALL), labels.split(CALL)):
        part = part.detach().clone().requires_grad_(True)
        parts.append(torch.autograd.grad(F.cross_entropy(net(part), own, reduction="sum"), part)[0])
    return torch.cat(parts)


def cosines(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return F.cosine_similarity(a.flatten(1).double(), b.flatten(1).double())


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    for name, net in NETS.items():
        module = build(name)
        program = torch.onnx.export(
            module, (samples(name, 2, 0),), dynamo=True, opset_version=OPSET, input_names=["x"], output_names=["logits"],
            dynamic_shapes=({0: torch.export.Dim("batch")},), verbose=False,
        )
        model = program.model_proto
        onnx.checker.check_model(model)
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
        x = samples(name, 3 * net.batch, 1)
        with torch.no_grad():
            logits = torch.cat([module(part) for part in x.split(CALL)])
        labels = logits.argmax(1)
        single = gradients(module, x, labels)
        double = gradients(copy.deepcopy(module).double(), x.double(), labels)
        kept = cosines(single, double).argsort(descending=True)[: net.batch].sort().values
        x, labels, logits, single, double = (part[kept] for part in (x, labels, logits, single, double))
        agreement = [float(cosines(single, double).min()), float((single.sign() == double.sign()).double().mean())]
        held = io.BytesIO()
        np.savez(
            held, x=x.numpy(), labels=labels.numpy(), logits=logits.numpy(), gradient=single.numpy(),
            float64=np.array(agreement),
        )
        (folder / f"{name}.npz").write_bytes(held.getvalue())
        classes = len(set(labels.tolist()))
        print(f"{name}: {len(model.graph.node)} nodes, {classes} classes, float64 {agreement}", file=sys.stderr)
    versions = {"torch": torch.__version__, "onnx": onnx.__version__, "opset": OPSET}
    (folder / "versions.json").write_text(json.dumps(versions) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
