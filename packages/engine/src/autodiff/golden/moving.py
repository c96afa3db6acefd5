"""PyTorch's gradients of operators that move values, pick them by position, or resize."""
import numpy as np
import torch
import torch.nn.functional as F
from cases import Family

family = Family(__file__)
case, draw = family.case, family.draw


def ints(*values):
    return np.array(values, np.int64)


# Shapes.
case("Expand", "Expand", lambda x, s: x.expand(2, 3, 4), [draw(3, 1), ints(2, 3, 4)])
case("Tile", "Tile", lambda x, s: x.tile(2, 1, 3), [draw(2, 3, 2), ints(2, 1, 3)])
case("Concat", "Concat", lambda *x: torch.cat(x, 1), [draw(2, 3), draw(2, 1), draw(2, 2)], {"axis": 1})
case("Split", "Split", lambda x, s: torch.split(x, [2, 1, 3], -1), [draw(2, 6), ints(2, 1, 3)], {"axis": -1})
case("Transpose", "Transpose", lambda x: x.permute(2, 0, 1), [draw(2, 3, 4)], {"perm": [2, 0, 1]})
case("Slice", "Slice", lambda x, *_: x[:, 1:7:3, -3:], [draw(2, 8, 5), ints(1, -3), ints(7, 9), ints(1, 2), ints(3, 1)])
case("Slice backwards", "Slice", lambda x, *_: x.flip(1)[:, 1::2], [draw(2, 7), ints(-2), ints(-100), ints(1), ints(-2)])
case("Trilu", "Trilu", lambda x, k: torch.triu(x, 1), [draw(2, 4, 4), np.array(1)])
case("DepthToSpace", "DepthToSpace", lambda x: F.pixel_shuffle(x, 2), [draw(2, 8, 3, 2)],
     {"blocksize": 2, "mode": "CRD"})
for mode, name in {"reflect": "reflect", "edge": "replicate", "wrap": "circular"}.items():
    case(f"Pad {mode}", "Pad", lambda x, p: F.pad(x, (3, 2, 1, 4), mode=name),
         [draw(2, 2, 6, 5), ints(0, 0, 1, 3, 0, 0, 4, 2)], {"mode": mode}, opset=19)
case("Pad with a value", "Pad", lambda x, p, v: F.pad(x - v, (1, 0, 2, 1)) + v,
     [draw(3, 4), ints(2, 1, 1, 0), np.array(0.7, np.float32)])

# Positions.
rows = np.array([[3, 0, 0], [1, 3, 2]])
case("Gather of rows", "Gather", lambda x, i: x[i], [draw(4, 3), rows])
case("Gather along axis 1", "Gather", lambda x, i: x[:, i], [draw(2, 4, 3), rows], {"axis": 1})
case("Gather of one position", "Gather", lambda x, i: x[:, 0], [draw(2, 4, 3), np.array(0)], {"axis": 1})
case("GatherElements", "GatherElements", lambda x, i: torch.gather(x, 1, i), [draw(2, 4), rows], {"axis": 1})
case("GatherND", "GatherND", lambda x, i: x[i[:, 0], i[:, 1]], [draw(3, 4, 2), np.array([[0, 1], [2, 3], [0, 1]])])
case("ScatterElements", "ScatterElements", lambda x, i, u: x.scatter(1, i, u),
     [draw(2, 5), np.array([[3, 0], [1, 4]]), draw(2, 2)], {"axis": 1})
for name, reduction in {"add": "sum", "mul": "prod", "max": "amax", "min": "amin"}.items():
    case(f"ScatterElements with {name}", "ScatterElements",
         lambda x, i, u: x.scatter_reduce(1, i, u, reduce=reduction),
         [draw(2, 4, apart=[0]), rows, draw(2, 3, apart=[0])], {"axis": 1, "reduction": name})
case("ScatterND with add", "ScatterND", lambda x, i, u: x.index_put((i[:, 0],), u, accumulate=True),
     [draw(4, 3), np.array([[2], [0], [2]]), draw(3, 3)], {"reduction": "add"})
case("TopK", "TopK", lambda x, k: [torch.topk(x, 2).values, torch.topk(x, 2).indices], [draw(3, 6), ints(2)], seeded=[0])
case("Compress", "Compress", lambda x, m: x[:, m], [draw(2, 4, 3), np.array([True, False, True, True])], {"axis": 1})

# Resizing: PyTorch's exporter writes these coordinate modes. Not smoothed (antialias): there onnxruntime computes
# another function than PyTorch for factors that are not whole.
half = {"coordinate_transformation_mode": "pytorch_half_pixel"}
corners = {"coordinate_transformation_mode": "align_corners"}
floor = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
cubic = {"mode": "cubic", "cubic_coeff_a": -0.75}
for name, to, mode, attributes, options in [
    ("nearest, twice", (8, 10), "nearest", floor, {}),
    ("nearest, uneven", (7, 3), "nearest", floor, {}),
    ("bilinear", (8, 10), "bilinear", {**half, "mode": "linear"}, {"align_corners": False}),
    ("bilinear by corners", (7, 3), "bilinear", {**corners, "mode": "linear"}, {"align_corners": True}),
    ("bicubic", (9, 3), "bicubic", {**half, **cubic}, {"align_corners": False}),
    ("bicubic by corners", (6, 11), "bicubic", {**corners, **cubic}, {"align_corners": True}),
]:
    case(f"Resize {name}", "Resize", lambda x, *_: F.interpolate(x, size=to, mode=mode, **options),
         [draw(1, 2, 4, 5), None, None, ints(1, 2, *to)], attributes)
family.write()
