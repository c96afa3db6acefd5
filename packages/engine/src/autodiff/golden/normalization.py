"""PyTorch's gradients of normalisations."""
import numpy as np
import torch
import torch.nn.functional as F
from cases import Family

family = Family(__file__)
case, draw = family.case, family.draw


def layer_norm(axis, eps):
    def function(x, scale, bias=None):
        axes = list(range(axis % x.ndim, x.ndim))
        mean = x.mean(axes, keepdim=True)
        deviation = torch.rsqrt(((x - mean) ** 2).mean(axes, keepdim=True) + eps)
        y = (x - mean) * deviation * scale
        return [y if bias is None else y + bias, mean, deviation]

    return function


for axis, dims, scale in [(-1, (2, 3, 8), (8,)), (1, (2, 3, 4), (3, 4)), (-2, (2, 3, 4), (3, 4)), (-1, (5, 6), (1,)), (0, (7,), (7,))]:
    for seeded in [[0], [0, 1, 2], [1], [2]]:
        if seeded != [0] and dims != (2, 3, 8):
            continue
        case(f"LayerNormalization {axis} {dims} {scale}, outputs {seeded}", "LayerNormalization", layer_norm(axis, 1e-5),
             [draw(*dims), draw(*scale), draw(*scale)], {"axis": axis}, seeded=seeded)
case("LayerNormalization by PyTorch's own", "LayerNormalization", lambda x, s, b: F.layer_norm(x, (6,), s, b, 1e-3),
     [draw(2, 4, 6), draw(6), draw(6)], {"epsilon": 1e-3})
case("LayerNormalization without bias", "LayerNormalization", lambda x, s: layer_norm(-1, 1e-5)(x, s)[:1], [draw(3, 6), draw(6)])

for dims in [(3, 4, 2, 3), (3, 4, 5), (3, 4)]:
    case(f"BatchNormalization {dims}", "BatchNormalization",
         lambda x, s, b, m, v: (x - m.reshape(shape)) / torch.sqrt(v.reshape(shape) + 1e-3) * s.reshape(shape) + b.reshape(shape)
         if (shape := (1, 4) + (1,) * (x.ndim - 2)) else None,
         [draw(*dims), draw(4), draw(4), draw(4), draw(4, low=0.3, high=2)], {"epsilon": 1e-3})
case("BatchNormalization by PyTorch's own", "BatchNormalization",
     lambda x, s, b, m, v: F.batch_norm(x, m.detach(), v.detach(), s, b),
     [draw(2, 3, 2, 2), draw(3), draw(3), draw(3), draw(3, low=0.3, high=2)], wrt=[0, 1, 2])

for dims in [(2, 3, 4, 5), (2, 3, 7)]:
    case(f"InstanceNormalization {dims}", "InstanceNormalization",
         lambda x, s, b: F.instance_norm(x, weight=s, bias=b, eps=1e-5), [draw(*dims), draw(3), draw(3)])

for dims, groups in [((2, 6, 3, 2), 3), ((2, 6, 4), 2), ((2, 4, 3), 4), ((2, 4, 3), 1)]:
    case(f"GroupNormalization {dims} {groups}", "GroupNormalization",
         lambda x, s, b: F.group_norm(x, groups, s, b, 1e-5), [draw(*dims), draw(dims[1]), draw(dims[1])],
         {"num_groups": groups}, opset=21)
    case(f"GroupNormalization {dims} {groups}, per group", "GroupNormalization",
         lambda x, s, b: F.group_norm(x, groups, s.repeat_interleave(dims[1] // groups), b.repeat_interleave(dims[1] // groups), 1e-5),
         [draw(*dims), draw(groups), draw(groups)], {"num_groups": groups}, opset=18)

for axis, shape in [(-1, (6,)), (1, (3, 6)), (-1, (1,))]:
    case(f"RMSNormalization {axis} {shape}", "RMSNormalization",
         lambda x, s: x * torch.rsqrt((x * x).mean(list(range(axis % 3, 3)), keepdim=True) + 1e-5) * s,
         [draw(2, 3, 6), draw(*shape)], {"axis": axis}, opset=23)

for p in (1, 2):
    for axis in (-1, 1):
        case(f"LpNormalization {p} {axis}", "LpNormalization", lambda x: F.normalize(x, p, axis), [draw(2, 3, 4, apart=[0])], {"p": p, "axis": axis})
case("LpNormalization with a zero vector", "LpNormalization", lambda x: torch.cat([0 * x[:1], F.normalize(x[1:])]),
     [np.array([[0, 0], [3, 4]], np.float32)])

for size, dims in [(5, (2, 7, 3, 2)), (3, (2, 2, 2, 2)), (1, (1, 3, 2, 2))]:
    case(f"LRN {size}", "LRN", lambda x: F.local_response_norm(x, size, 0.3, 0.75, 1.2), [draw(*dims)],
         {"size": size, "alpha": 0.3, "beta": 0.75, "bias": 1.2})

for axes in [None, [0, 2, 3], [2, 3], [1, 2, 3]]:
    case(f"MeanVarianceNormalization {axes}", "MeanVarianceNormalization",
         lambda x: (x - x.mean(a, keepdim=True)) / (x.var(a, keepdim=True, unbiased=False).sqrt() + 1e-9) if (a := axes or [0, 2, 3]) else None,
         [draw(2, 3, 2, 3)], {} if axes is None else {"axes": axes})

family.write()
