"""PyTorch's gradients of convolutions and transposed convolutions: kernel, stride, pads, dilation, groups, 1 to 3 axes."""
import numpy as np
import torch.nn.functional as F
from cases import Family

family = Family(__file__)
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def draw(*dims):
    """Multiples of 1/32, which keep the file short."""
    return np.round(family.draw(*dims) * 32) / np.float32(32)


def padded(x, pads):
    """ONNX pads, which may differ at both ends, as PyTorch's F.pad wants them."""
    rank = len(pads) // 2
    return F.pad(x, [pad for i in reversed(range(rank)) for pad in (pads[i], pads[rank + i])])


def conv(name, x, w, strides=None, pads=None, dilations=None, group=1, bias=False, auto_pad=None,
         constant=False):
    """`pads` is what PyTorch pads by; with `auto_pad` the operator has to find the same by itself."""
    rank = len(x) - 2
    strides, dilations, pads = strides or [1] * rank, dilations or [1] * rank, pads or [0] * 2 * rank
    attributes = {"strides": strides, "dilations": dilations, "group": group}
    attributes.update({"pads": pads} if auto_pad is None else {"auto_pad": auto_pad})

    def function(x, w, b=None):
        return CONV[rank](padded(x, pads), w, b, strides, 0, dilations, group)

    inputs = [draw(*x), draw(*w)] + ([draw(w[0])] if bias else [])
    family.case(f"Conv {name}", "Conv", function, inputs, attributes, wrt=[0] if constant else None)


def transposed(name, x, w, strides=None, pads=None, dilations=None, group=1, output_padding=None, bias=False):
    rank = len(x) - 2
    strides, dilations, pads = strides or [1] * rank, dilations or [1] * rank, pads or [0] * rank
    output_padding = output_padding or [0] * rank
    attributes = {"strides": strides, "dilations": dilations, "group": group, "pads": pads + pads,
                  "output_padding": output_padding}

    def function(x, w, b=None):
        return TRANSPOSED[rank](x, w, b, strides, pads, output_padding, group, dilations)

    inputs = [draw(*x), draw(*w)] + ([draw(w[1] * group)] if bias else [])
    family.case(f"ConvTranspose {name}", "ConvTranspose", function, inputs, attributes)


conv("3x3", (2, 2, 5, 4), (3, 2, 3, 3), pads=[1, 1, 1, 1], bias=True)
conv("3x3 of 8 channels", (1, 8, 4, 5), (3, 8, 3, 3), pads=[1, 1, 1, 1])
conv("3x3 of 8 channels, constant weights", (1, 8, 4, 5), (3, 8, 3, 3), pads=[1, 1, 1, 1], constant=True)
conv("2x3, uneven pads", (1, 8, 4, 3), (2, 8, 2, 3), pads=[0, 2, 1, 1])
conv("3x3 stride 2, even", (1, 3, 6, 6), (2, 3, 3, 3), [2, 2], [1, 1, 1, 1])
conv("3x3 stride 2, odd", (1, 3, 5, 7), (2, 3, 3, 3), [2, 2], [1, 1, 1, 1])
conv("1x1 stride 2", (2, 8, 5, 4), (3, 8, 1, 1), [2, 2])
conv("dilation 2 and 3", (1, 8, 4, 7), (1, 8, 2, 3), dilations=[2, 3], pads=[1, 3, 1, 3])
conv("stride 2, dilation 2", (2, 2, 7, 8), (3, 2, 3, 2), [2, 3], dilations=[2, 2], pads=[1, 0, 2, 1])
conv("2 groups", (1, 8, 4, 4), (4, 4, 3, 3), group=2, pads=[1, 1, 1, 1])
conv("2 groups, constant weights", (1, 8, 4, 4), (4, 4, 3, 3), group=2, pads=[1, 1, 1, 1], constant=True)
conv("3 groups, stride 2", (2, 6, 4, 5), (3, 2, 2, 3), [2, 2], group=3)
conv("depthwise", (2, 4, 5, 4), (4, 1, 3, 3), group=4, pads=[1, 1, 1, 1])
conv("depthwise stride 2, even", (2, 4, 6, 4), (4, 1, 3, 3), [2, 2], group=4, pads=[1, 1, 1, 1])
conv("depthwise stride 2, odd", (1, 4, 7, 5), (4, 1, 5, 3), [2, 2], group=4, pads=[2, 1, 2, 1])
conv("depthwise stride 2, odd, constant weights", (1, 4, 7, 5), (4, 1, 5, 3), [2, 2], group=4, pads=[2, 1, 2, 1], constant=True)
conv("depthwise, 2 filters each", (1, 3, 5, 5), (6, 1, 3, 3), [2, 1], group=3, pads=[1, 1, 1, 1])
conv("SAME_UPPER", (1, 2, 6, 5), (2, 2, 3, 2), [2, 1], [0, 0, 1, 1], auto_pad="SAME_UPPER")
conv("SAME_LOWER", (1, 2, 6, 5), (2, 2, 3, 2), [2, 1], [1, 1, 0, 0], auto_pad="SAME_LOWER")
conv("one axis", (2, 3, 9), (4, 3, 4), [2], [2, 1], bias=True)
conv("one axis, depthwise, dilated", (2, 4, 9), (4, 1, 3), dilations=[2], group=4, pads=[2, 2])
conv("three axes", (1, 2, 3, 4, 3), (2, 2, 2, 3, 2), [1, 2, 1], [0, 1, 1, 1, 1, 0], bias=True)
conv("three axes, 8 channels", (1, 8, 2, 3, 3), (1, 8, 2, 2, 3), pads=[0, 1, 1, 1, 0, 1])

transposed("4x4 stride 2", (1, 3, 3, 4), (3, 2, 4, 4), [2, 2], [1, 1], bias=True)
transposed("2x2 stride 2", (2, 3, 3, 2), (3, 2, 2, 2), [2, 2])
transposed("output padding", (1, 3, 3, 4), (3, 2, 3, 3), [2, 3], [1, 1], output_padding=[1, 2])
transposed("dilation", (1, 2, 3, 4), (2, 3, 3, 2), dilations=[2, 3])
transposed("groups", (1, 4, 3, 3), (4, 2, 3, 3), [2, 1], group=2, bias=True)
transposed("one axis", (2, 3, 5), (3, 2, 4), [2], [1])
transposed("three axes", (1, 2, 2, 3, 2), (2, 2, 2, 3, 2), [2, 1, 2], [0, 1, 0])
family.write()
