"""PyTorch's gradients of reductions, cumulative sums and softmax."""
import numpy as np
import torch
from cases import Family

family = Family(__file__)
case, draw = family.case, family.draw


def axes_of(*axes):
    return np.array(axes, np.int64)


def prod(x, axes, keep):
    for axis in sorted((a % x.ndim for a in axes), reverse=True):
        x = x.prod(axis, keepdim=keep)
    return x


functions = {
    "ReduceSum": lambda x, a, k: x.sum(a, keepdim=k),
    "ReduceMean": lambda x, a, k: x.mean(a, keepdim=k),
    "ReduceMax": lambda x, a, k: x.amax(a, keepdim=k),
    "ReduceMin": lambda x, a, k: x.amin(a, keepdim=k),
    "ReduceProd": prod,
    "ReduceL1": lambda x, a, k: x.abs().sum(a, keepdim=k),
    "ReduceL2": lambda x, a, k: torch.linalg.vector_norm(x, dim=a, keepdim=k),
    "ReduceLogSum": lambda x, a, k: x.sum(a, keepdim=k).log(),
    "ReduceLogSumExp": lambda x, a, k: torch.logsumexp(x, a, keepdim=k),
    "ReduceSumSquare": lambda x, a, k: (x * x).sum(a, keepdim=k),
}
for op, function in functions.items():
    low = 0.2 if op == "ReduceLogSum" else -2
    for axes, keep in [((1,), 1), ((-1, 0), 0), ((2,), 0)]:
        case(f"{op} over {axes}, keepdims {keep}", op, lambda x, _: function(x, axes, bool(keep)),
             [draw(2, 3, 4, low=low, apart=[0]), axes_of(*axes)], {"keepdims": keep})
    case(f"{op} over all", op, lambda x: function(x, (0, 1), True), [draw(3, 4, low=low, apart=[0])])
    case(f"{op} over none", op, lambda x: function(x.unsqueeze(0), (0,), False), [draw(2, 3, low=max(low, 0.2))],
         {"noop_with_empty_axes": 1})
case("ReduceMax of equals", "ReduceMax", lambda x, _: x.amax(1), [np.array([[2, 2, 1], [0, 0, 0]], np.float32), axes_of(1)], {"keepdims": 0})
case("ReduceL2 of the zero vector", "ReduceL2", lambda x, _: torch.linalg.vector_norm(x, dim=1, keepdim=True),
     [np.array([[0, 0], [3, 4]], np.float32), axes_of(1)])
case("ReduceProd with zeros", "ReduceProd", lambda x, _: x.prod(1), [np.array([[2, 0, 3], [0, 0, 3], [1, 2, 3]], np.float32), axes_of(1)], {"keepdims": 0})
case("ReduceSum in opset 13", "ReduceSum", lambda x, _: x.sum(1, keepdim=True), [draw(2, 3), axes_of(1)], opset=13)
case("ReduceMean by attribute", "ReduceMean", lambda x: x.mean(1), [draw(2, 3)], {"axes": [1], "keepdims": 0}, opset=13)

for exclusive in (0, 1):
    for reverse in (0, 1):
        def cumulative(x, _):
            y = x.flip(1) if reverse else x
            y = y.cumsum(1) - (y if exclusive else 0)
            return y.flip(1) if reverse else y

        case(f"CumSum exclusive {exclusive}, reverse {reverse}", "CumSum", cumulative,
             [draw(2, 5, 2), np.array(-2, np.int64)], {"exclusive": exclusive, "reverse": reverse})

for op, function in {"Softmax": torch.softmax, "LogSoftmax": torch.log_softmax}.items():
    case(f"{op}", op, lambda x: function(x, -1), [draw(2, 3, 5, low=-4, high=4)])
    case(f"{op} along axis 1", op, lambda x: function(x, 1), [draw(2, 4, 3)], {"axis": 1})
    case(f"{op} along axis -2", op, lambda x: function(x, -2), [draw(2, 4, 3)], {"axis": -2})
    case(f"{op} of large numbers", op, lambda x: function(x, -1), [np.array([[80, -80, 79], [1e4, 0, 9999]], np.float32)])
    case(f"{op} in opset 11", op, lambda x: function(x.flatten(1), -1).reshape(x.shape), [draw(2, 3, 2)], {"axis": 1}, opset=11)

family.write()
