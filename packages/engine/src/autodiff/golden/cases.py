"""Writes stored truths for gradient rules: what PyTorch's autograd gives for the operators of one family.

A case is one ONNX operator with its inputs and attributes, and the same function in PyTorch. Inputs are float32
numbers; PyTorch computes in float64, so that the stored gradients are right to the last float32 digit. Run a family's
script (for example `python elementwise.py`) to write its JSON file again; the numbers are the same every time.
"""
import json
import pathlib

import numpy as np
import torch


class Family:
    def __init__(self, script: str):
        self.path = pathlib.Path(script).with_suffix(".json")
        self.script = pathlib.Path(script).name
        self.random = np.random.default_rng(20191119)
        self.cases = []

    def draw(self, *dims, low=-2.0, high=2.0, apart=()):
        """Uniform float32 numbers, at least 0.05 away from each number in `apart`."""
        x = self.random.uniform(low, high, dims)
        for kink in apart:
            near = np.abs(x - kink) < 0.05
            x = np.where(near, kink + np.where(x < kink, -0.05, 0.05) + 0.5 * (x - kink), x)
        return x.astype(np.float32)

    def case(self, name, op, function, inputs, attributes=None, wrt=None, opset=18, seeded=None):
        """`function` maps the inputs, as tensors, to the output or the list of outputs."""
        wrt = [i for i, x in enumerate(inputs) if x is not None and x.dtype == np.float32] if wrt is None else wrt
        tensors = [None if x is None else torch.from_numpy(np.asarray(x)) for x in inputs]
        tensors = [t.double() if t is not None and t.dtype == torch.float32 else t for t in tensors]
        for i in wrt:
            tensors[i].requires_grad_(True)
        made = function(*tensors)
        outputs = list(made) if isinstance(made, (list, tuple)) else [made]
        seeded = list(range(len(outputs))) if seeded is None else seeded
        seeds = [
            self.random.uniform(-1, 1, tuple(y.shape)).astype(np.float32) if i in seeded else None
            for i, y in enumerate(outputs)
        ]
        loss = sum((torch.from_numpy(s).double() * y).sum() for s, y in zip(seeds, outputs) if s is not None)
        gradients = torch.autograd.grad(loss, [tensors[i] for i in wrt], allow_unused=True)
        self.cases.append(
            {
                "name": name,
                "opType": op,
                "opset": opset,
                "attributes": {key: attribute(value) for key, value in (attributes or {}).items()},
                "inputs": [stored(x) for x in inputs],
                "wrt": wrt,
                "outputGradients": [stored(s) for s in seeds],
                "gradients": [
                    stored(np.zeros(inputs[i].shape) if g is None else g.numpy()) for i, g in zip(wrt, gradients)
                ],
            }
        )

    def write(self):
        content = {
            "script": self.script,
            "versions": {"torch": torch.__version__, "numpy": np.__version__},
            "cases": self.cases,
        }
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in content.pop("cases"))
        head = json.dumps(content, separators=(",", ":"))[:-1]
        self.path.write_text(f'{head},"cases":[\n{lines}\n]}}\n')
        print(f"{self.path.name}: {len(self.cases)} cases, {self.path.stat().st_size} bytes")


def attribute(value):
    if isinstance(value, str):
        return {"kind": "string", "value": value}
    if isinstance(value, (list, tuple)):
        return {"kind": "ints", "value": list(value)}
    return {"kind": "float" if isinstance(value, float) else "int", "value": value}


def stored(x):
    if x is None:
        return None
    x = np.asarray(x)
    dtype = {"b": "bool", "i": "int64", "f": "float32"}[x.dtype.kind]
    if dtype != "float32":
        return {"dtype": dtype, "dims": list(x.shape), "data": [int(v) for v in x.ravel()]}
    # The shortest digits that read back as the same float32.
    return {"dtype": dtype, "dims": list(x.shape), "data": [float(str(v)) for v in x.astype(np.float32).ravel()]}
