"""PyTorch's gradients of pools: window, stride, pads, dilation, ceil_mode, 1 to 3 axes."""
import numpy as np
import torch
import torch.nn.functional as F
from cases import Family

family = Family(__file__)
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
UNPOOL = {1: F.max_unpool1d, 2: F.max_unpool2d}


def draw(*dims):
    """Odd multiples of 1/32, which keep the file short and away from zero."""
    return (2 * np.floor(family.draw(*dims) * 16) + 1).astype(np.float32) / 32


def distinct(*dims):
    """Every number once, in random order, so that windows have one maximum."""
    order = family.random.permutation(int(np.prod(dims)))
    return ((order - len(order) / 2) / 16).reshape(dims).astype(np.float32)


WINDOWS = [
    # size, window, stride, pads, dilation, ceil_mode
    ((2, 2, 4, 6), [2, 2], [2, 2], [0, 0], [1, 1], 0),
    ((2, 2, 5, 7), [2, 2], [2, 2], [0, 0], [1, 1], 0),
    ((2, 2, 5, 7), [2, 2], [2, 2], [0, 0], [1, 1], 1),
    ((1, 1, 6, 8), [3, 3], [2, 2], [1, 1], [1, 1], 0),
    ((1, 1, 7, 7), [3, 3], [2, 2], [0, 0], [1, 1], 0),
    ((1, 2, 6, 8), [3, 3], [2, 2], [0, 0], [1, 1], 1),
    ((2, 2, 4, 5), [3, 3], [1, 1], [1, 1], [1, 1], 0),
    ((1, 2, 8, 6), [4, 2], [3, 1], [2, 1], [1, 1], 1),
    ((1, 3, 7, 8), [2, 1], [3, 2], [0, 0], [1, 1], 0),
    ((1, 2, 8, 9), [3, 2], [2, 3], [1, 0], [2, 3], 0),
    ((1, 2, 9), [3], [2], [1], [1], 0),
    ((1, 2, 9), [2], [2], [0], [1], 1),
    ((1, 2, 3, 4, 5), [2, 3, 2], [1, 2, 2], [1, 1, 0], [1, 1, 1], 0),
]

for size, window, stride, pads, dilation, ceil in WINDOWS:
    rank = len(size) - 2
    attributes = {"kernel_shape": window, "strides": stride, "pads": pads + pads, "ceil_mode": ceil}
    name = f"of {size}, window {window}, stride {stride}, pads {pads}" + (", ceil_mode" if ceil else "")
    dilated = any(d > 1 for d in dilation)
    family.case(f"MaxPool {name}" + (f", dilation {dilation}" if dilated else ""), "MaxPool",
                lambda x: MAX[rank](x, window, stride, pads, dilation, bool(ceil)), [distinct(*size)],
                {**attributes, "dilations": dilation})
    if dilated:
        continue
    # PyTorch wants pads of at most half a window here.
    if all(pad <= w // 2 for pad, w in zip(pads, window)):
        for counted in (0, 1):
            family.case(f"AveragePool {name}" + (", pads counted" if counted else ""), "AveragePool",
                        lambda x: AVERAGE[rank](x, window, stride, pads, bool(ceil), bool(counted)),
                        [draw(*size)], {**attributes, "count_include_pad": counted})
    # PyTorch's own takes no pads, and with ceil_mode it averages where ONNX sums: so by its sums of powers.
    if not ceil and rank < 3 and window != [2, 1]:
        for p in (1, 2, 3):
            def norm(x):
                pad = [q for amount in reversed(pads) for q in (amount, amount)]
                return (F.avg_pool2d if rank == 2 else F.avg_pool1d)(
                    F.pad(x.abs() ** p, pad), window, stride) .mul(np.prod(window)) ** (1 / p)
            family.case(f"LpPool {name}, p {p}", "LpPool", norm, [draw(*size)], {**attributes, "p": p})

for size in [(2, 3, 5), (2, 2, 3, 4), (1, 2, 2, 3, 2)]:
    axes = list(range(2, len(size)))
    family.case(f"GlobalAveragePool {size}", "GlobalAveragePool", lambda x: x.mean(axes, True), [draw(*size)])
    family.case(f"GlobalMaxPool {size}", "GlobalMaxPool", lambda x: x.amax(axes, True), [distinct(*size)])
    for p in (1, 2, 3):
        family.case(f"GlobalLpPool {size}, p {p}", "GlobalLpPool",
                    lambda x: (x.abs() ** p).sum(axes, True) ** (1 / p), [draw(*size)], {"p": p})

for size, window in [((1, 1, 8), 2), ((1, 1, 4, 6), 2)]:
    rank = len(size) - 2
    _, positions = MAX[rank](torch.from_numpy(distinct(*size)), window, return_indices=True)
    family.case(f"MaxUnpool to {size}", "MaxUnpool", lambda x, at: UNPOOL[rank](x, at, window),
                [draw(*positions.shape), positions.numpy()],
                {"kernel_shape": [window] * rank, "strides": [window] * rank})

# Few different numbers, so that most windows have several maxima: the first in reading order takes the gradient.
for size, window, stride, pads in [
    ((1, 2, 4, 6), [2, 2], [2, 2], [0, 0]),
    ((1, 2, 7, 6), [3, 3], [2, 2], [1, 1]),
    ((1, 1, 4, 5), [3, 2], [1, 1], [1, 0]),
    ((1, 2, 9), [3], [2], [1]),
    ((1, 1, 3, 4, 4), [2, 3, 2], [2, 1, 2], [1, 1, 0]),
]:
    x = np.floor(family.draw(*size, low=0.0, high=3.0)).astype(np.float32)
    family.case(f"MaxPool with ties of {size}, window {window}, stride {stride}, pads {pads}", "MaxPool",
                lambda x: MAX[len(size) - 2](x, window, stride, pads), [x],
                {"kernel_shape": window, "strides": stride, "pads": pads + pads})
family.write()
