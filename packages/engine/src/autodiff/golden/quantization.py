"""PyTorch's gradients of fake quantisation, which are straight-through estimates: to the values and to the scales."""
import numpy as np
import torch
from cases import Family

family = Family(__file__)
case, draw = family.case, family.draw
limits = {"int8": (-128, 127), "uint8": (0, 255), "int4": (-8, 7), "uint16": (0, 65535)}


def fake_quantize(axis, low, high):
    """x, scale, zero point -> x rounded to scale * (whole number - zero point), clipped to low..high."""

    def apply(x, scale, zero):
        # PyTorch has this for float32 only.
        x, scale, zero = x.float(), scale.float(), zero.float()
        if scale.dim() == 0:
            scale, zero = scale.reshape(1), zero.reshape(1)
            return torch._fake_quantize_learnable_per_tensor_affine(x, scale, zero, low, high, 1.0)
        return torch._fake_quantize_learnable_per_channel_affine(x, scale, zero, axis, low, high, 1.0)

    return apply


for dtype, scale, zero in [("int8", 0.05, 0), ("int8", 0.01, 0), ("uint8", 0.02, 128), ("uint8", 0.01, 30),
                           ("int4", 0.2, 0), ("uint16", 0.0001, 3000)]:
    case(f"{dtype} by {scale} from {zero}", "FakeQuantize", fake_quantize(0, *limits[dtype]),
         [draw(3, 17), np.array(scale, np.float32), np.array(zero, np.int64)], {"type": dtype},
         opset=21 if dtype in ("int4", "uint16") else 18)
for axis in [0, 1, 2]:
    dims = (3, 4, 5)
    scale = draw(dims[axis], low=0.005, high=0.03)
    zero = np.zeros(dims[axis], np.int64)
    case(f"int8 along axis {axis}", "FakeQuantize", fake_quantize(axis, *limits["int8"]),
         [draw(*dims), scale, zero], {"type": "int8", "axis": axis})
case("uint8 along axis 1, each from its own zero", "FakeQuantize", fake_quantize(1, *limits["uint8"]),
     [draw(3, 4), draw(4, low=0.005, high=0.03), np.array([0, 100, 255, 30])], {"type": "uint8", "axis": 1})
family.write()
