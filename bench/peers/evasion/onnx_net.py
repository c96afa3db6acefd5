"""Opens an ONNX file as a PyTorch module, so that PyTorch's attacks run on the very net that ours run on.

Only the operators are here that the nets of bench/src/areas/evasion/nets.ts are made of. Weights are constants
without gradients: an attack needs that of the input alone, and would otherwise pay for theirs as well. What the
module answers is compared with onnxruntime before anything is attacked.
"""

from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

# Largest difference from onnxruntime's logits, as a share of the largest of them.
TOLERANCE = 1e-4

Operator = Callable[..., torch.Tensor]


def conv(node: dict, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    top, left, bottom, right = node.get("pads", [0, 0, 0, 0])
    assert (top, left) == (bottom, right), "padding has to be the same on both sides"
    assert node.get("auto_pad", b"NOTSET") == b"NOTSET"
    return F.conv2d(
        x, weight, bias, node.get("strides", [1, 1]), (top, left), node.get("dilations", [1, 1]), node.get("group", 1)
    )


def max_pool(node: dict, x: torch.Tensor) -> torch.Tensor:
    assert not any(node.get("pads", [])) and not node.get("ceil_mode", 0)
    return F.max_pool2d(x, node["kernel_shape"], node.get("strides", [1, 1]), dilation=node.get("dilations", [1, 1]))


def gemm(node: dict, a: torch.Tensor, b: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
    assert node.get("alpha", 1.0) == 1 and node.get("beta", 1.0) == 1 and not node.get("transA", 0)
    return F.linear(a, b if node.get("transB", 0) else b.T, c)


def batch_norm(node: dict, x, scale, shift, mean, variance) -> torch.Tensor:
    return F.batch_norm(x, mean, variance, scale, shift, eps=node.get("epsilon", 1e-5))


def reshape(node: dict, x: torch.Tensor, shape: torch.Tensor) -> torch.Tensor:
    wanted = shape.tolist()
    # A shape that names a batch was written down for that batch; what it says of the rest holds for any.
    return x.reshape(x.shape[0], *wanted[1:])


def slice_(node: dict, x: torch.Tensor, starts, ends, axes=None, steps=None) -> torch.Tensor:
    axes = range(len(starts)) if axes is None else axes.tolist()
    steps = [1] * len(starts) if steps is None else steps.tolist()
    for axis, start, end, step in zip(axes, starts.tolist(), ends.tolist(), steps):
        index = [slice(None)] * x.dim()
        index[axis] = slice(start, end, step)
        x = x[tuple(index)]
    return x


def pad(node: dict, x: torch.Tensor, pads: torch.Tensor, value: torch.Tensor | None = None) -> torch.Tensor:
    assert node.get("mode", b"constant") == b"constant"
    before, after = pads.tolist()[: x.dim()], pads.tolist()[x.dim() :]
    # PyTorch counts from the last dimension.
    pairs = [side for both in zip(reversed(before), reversed(after)) for side in both]
    return F.pad(x, pairs, value=0.0 if value is None else value.item())


OPERATORS: dict[str, Operator] = {
    "Conv": conv,
    "MaxPool": max_pool,
    "Gemm": gemm,
    "BatchNormalization": batch_norm,
    "Reshape": reshape,
    "Slice": slice_,
    "Pad": pad,
    "Relu": lambda node, x: F.relu(x),
    "Add": lambda node, a, b: a + b,
    "MatMul": lambda node, a, b: a @ b,
    "GlobalAveragePool": lambda node, x: x.mean((2, 3), keepdim=True),
    "Flatten": lambda node, x: x.flatten(1),
    "Identity": lambda node, x: x,
}


class OnnxNet(nn.Module):
    """Takes samples in unit space and gives logits; (x - mean) / std is done inside."""

    def __init__(self, path: str, mean: list[float], std: list[float]) -> None:
        super().__init__()
        graph = onnx.load(path).graph
        weights = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
        unknown = {node.op_type for node in graph.node} - OPERATORS.keys()
        assert not unknown, f"operators that are not here: {sorted(unknown)}"
        self.weights = weights
        self.input = next(value.name for value in graph.input if value.name not in weights)
        self.output = graph.output[0].name
        self.nodes = [
            (
                OPERATORS[node.op_type],
                {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute},
                list(node.input),
                node.output[0],
            )
            for node in graph.node
        ]
        self.mean = torch.tensor(mean).reshape(1, -1, 1, 1)
        self.std = torch.tensor(std).reshape(1, -1, 1, 1)
        # Some libraries ask the first parameter where the net is.
        self.place = nn.Parameter(torch.zeros(()), requires_grad=False)
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        values = {self.input: (x - self.mean) / self.std}
        for operator, attributes, inputs, output in self.nodes:
            arguments = [None if not name else self.weights.get(name, values.get(name)) for name in inputs]
            values[output] = operator(attributes, *arguments)
        return values[self.output]


def open_net(path: str, mean: list[float], std: list[float], check: np.ndarray) -> OnnxNet:
    """The module, after its answers to the samples `check` (unit space) have been compared with onnxruntime's."""
    net = OnnxNet(path, mean, std)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    x = torch.from_numpy(check)
    with torch.no_grad():
        ours = net(x).numpy()
    (theirs,) = session.run(None, {session.get_inputs()[0].name: ((x - net.mean) / net.std).numpy()})
    difference = np.abs(ours - theirs).max() / np.abs(theirs).max()
    assert difference < TOLERANCE, f"PyTorch and onnxruntime differ by {difference:.1e}"
    return net
