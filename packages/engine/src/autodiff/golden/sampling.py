"""PyTorch's gradients of reads between elements: grid_sample, and torchvision's roi_align."""
import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from cases import Family

family = Family(__file__)


def draw(*dims, reach=1.0):
    """Multiples of 1/128, which keep the file short, an odd number of 1/256 away from zero."""
    return ((np.floor(family.draw(*dims, low=-reach, high=reach) * 128) + 0.5) / 128).astype(np.float32)


def grid(n, x_sizes, *out, reach):
    """Coordinates that are not within 0.02 of an element, of the middle between two or of an outer edge."""
    g = family.draw(n, *out, len(x_sizes), low=-reach, high=reach).astype(np.float64)
    for i, size in enumerate(reversed(x_sizes)):
        for _ in range(20):
            for position in (((g[..., i] + 1) * size - 1) / 2, (g[..., i] + 1) / 2 * (size - 1)):
                near = np.abs(position * 2 - np.round(position * 2)) < 0.04
                g[..., i] += near * 0.037
    return np.round(g, 4).astype(np.float32)


NAMES = {"bilinear": "linear", "nearest": "nearest", "bicubic": "cubic"}
for sizes, out, modes in [((4, 5), (3, 3), NAMES), ((3, 4, 2), (2, 2, 3), ["bilinear", "nearest"])]:
    for mode in modes:
        for padding in ("zeros", "border", "reflection"):
            for align in (0, 1):
                corners = ", aligned corners" if align else ""
                # In one dimension more, or by their newer names, the operator is of set 20.
                new = len(sizes) == 3 or align == 1
                family.case(
                    f"GridSample of {len(sizes)} axes, {mode}, {padding}{corners}", "GridSample",
                    lambda x, g: F.grid_sample(x, g, mode, padding, bool(align)),
                    [draw(2, 2, *sizes), grid(2, sizes, *out, reach=1.6)],
                    {"mode": NAMES[mode] if new else mode, "padding_mode": padding, "align_corners": align},
                    opset=20 if new else 18,
                )
# Far outside, where a position is mirrored several times.
for mode in ("bilinear", "bicubic"):
    family.case(f"GridSample far outside, {mode}", "GridSample",
                lambda x, g: F.grid_sample(x, g, mode, "reflection", False),
                [draw(1, 3, 3, 2), grid(1, (3, 2), 4, 4, reach=6.0)],
                {"mode": mode, "padding_mode": "reflection"})
family.case("GridSample of a single row, aligned corners", "GridSample",
            lambda x, g: F.grid_sample(x, g, "bilinear", "border", True),
            [draw(1, 2, 1, 4), grid(1, (1, 4), 2, 3, reach=1.2)],
            {"padding_mode": "border", "align_corners": 1})

REGIONS = np.array([[0.3, 0.2, 4.1, 3.3], [1.2, 2.6, 5.7, 5.1], [-1.9, -2.6, 7.3, 8.4], [2.2, 3.1, 2.5, 3.3]], np.float32)
SAMPLES = np.array([0, 1, 1, 0], np.int64)
for aligned in (0, 1):
    for ratio in (2, 3, 0):
        for scale in (1.0, 0.5) if ratio == 2 else (1.0,):
            boxes = torch.from_numpy(np.column_stack([SAMPLES, REGIONS / scale])).double()
            family.case(
                f"RoiAlign, {ratio} points, scale {scale}" + (", half pixel" if aligned else ""), "RoiAlign",
                lambda x, rois, at: torchvision.ops.roi_align(x, boxes, (2, 3), scale, ratio, bool(aligned)),
                [draw(2, 2, 6, 7), (REGIONS / scale).astype(np.float32), SAMPLES],
                {"output_height": 2, "output_width": 3, "spatial_scale": scale, "sampling_ratio": ratio,
                 "coordinate_transformation_mode": "half_pixel" if aligned else "output_half_pixel"},
                wrt=[0],
            )
family.write()
