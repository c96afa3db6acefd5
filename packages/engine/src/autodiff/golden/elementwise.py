"""PyTorch's gradients of elementwise operators: arithmetic, smooth functions, activations, selections."""
import numpy as np
import torch
import torch.nn.functional as F
from cases import Family

family = Family(__file__)
case, draw = family.case, family.draw
f32 = np.float32


def number(value):
    return np.array(value, f32)


# Arithmetic with broadcasting.
shapes = [((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (3, 1)), ((1, 4), (3, 2, 1)), ((3,), ())]
for op, function in {"Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div}.items():
    for a, b in shapes:
        case(f"{op} {a} {b}", op, function, [draw(*a), draw(*b, apart=[0]) if b else number(1.7)])
for exponent in [2.0, 3.0, 0.5, -0.5, -1.0, 1.0, 0.0, 1.7]:
    base = draw(2, 5, low=0.3, high=2)
    case(f"Pow to {exponent}", "Pow", torch.pow, [base, number(exponent)], wrt=[0])
case("Pow to 3 of negatives", "Pow", torch.pow, [draw(7, apart=[0]), number(3)], wrt=[0])
case("Pow general", "Pow", torch.pow, [draw(2, 3, 4, low=0.3, high=2), draw(3, 1)])
case("Pow at 0", "Pow", torch.pow, [number([0, 0, 0, 2]), number([2, 1, 0, 0])])
case("Sum of three", "Sum", lambda a, b, c: a + b + c, [draw(2, 3), draw(3), draw(2, 1)])
case("Mean of three", "Mean", lambda a, b, c: (a + b + c) / 3, [draw(2, 3), draw(3), draw(2, 1)])
case("Mod", "Mod", torch.fmod, [number([5.3, -5.3, 1.1, -7.9]), number([2, 2, -0.7, -3])], {"fmod": 1})
case("PRelu", "PRelu", lambda x, s: torch.where(x > 0, x, s * x), [draw(2, 3, 4, apart=[0]), draw(3, 1)])
case("PRelu by one slope", "PRelu", F.prelu, [draw(2, 3, apart=[0]), number([0.2])], wrt=[0])

# Smooth functions.
for op, function in {
    "Neg": torch.neg, "Exp": torch.exp, "Erf": torch.erf, "Sigmoid": torch.sigmoid, "Tanh": torch.tanh,
    "Softplus": F.softplus, "Softsign": F.softsign, "Sin": torch.sin, "Cos": torch.cos, "Atan": torch.atan,
    "Sinh": torch.sinh, "Cosh": torch.cosh, "Asinh": torch.asinh, "Abs": torch.abs,
    "Reciprocal": torch.reciprocal,
}.items():
    case(op, op, function, [draw(2, 3, 4, low=-3, high=3, apart=[0])])
for op, function in {"Tan": torch.tan, "Asin": torch.asin, "Acos": torch.acos, "Atanh": torch.atanh}.items():
    case(op, op, function, [draw(2, 7, low=-0.9, high=0.9)])
for op, function in {"Sqrt": torch.sqrt, "Log": torch.log}.items():
    case(op, op, function, [draw(2, 7, low=0.1, high=4)])
case("Acosh", "Acosh", torch.acosh, [draw(2, 7, low=1.2, high=4)])
case("Abs at 0", "Abs", torch.abs, [number([-1e-20, 0, 1e-20])])

# Activations, on both sides of their bends.
x = lambda *apart: draw(2, 3, 5, low=-5, high=8, apart=apart)
case("Relu", "Relu", F.relu, [x(0)])
case("Relu at 0", "Relu", F.relu, [number([-1e-20, 0, 1e-20])])
for alpha in [0.01, 0.3, 1.0, 1.5, -0.4, 0.0]:
    case(f"LeakyRelu {alpha}", "LeakyRelu", lambda v: F.leaky_relu(v, alpha), [x(0)], {"alpha": alpha})
for alpha in [1.0, 0.5, 1.7, -0.8]:
    case(f"Elu {alpha}", "Elu", lambda v: F.elu(v, alpha), [x(0)], {"alpha": alpha})
    case(f"Celu {alpha}", "Celu", lambda v: torch.clamp(v, min=0) + torch.clamp(alpha * torch.expm1(v / alpha), max=0),
         [draw(2, 3, 5, low=-2, high=2, apart=[0])], {"alpha": alpha})
case("Selu", "Selu", F.selu, [x(0)])
case("Selu by attributes", "Selu", lambda v: 1.3 * F.elu(v, 0.7), [x(0)], {"alpha": 0.7, "gamma": 1.3})
for alpha in [1.0, 2.5, -1.5]:
    case(f"ThresholdedRelu {alpha}", "ThresholdedRelu", lambda v: torch.where(v > alpha, v, torch.zeros_like(v)),
         [x(alpha)], {"alpha": alpha})
case("HardSigmoid", "HardSigmoid", lambda v: torch.clamp(0.2 * v + 0.5, 0, 1), [x(-2.5, 2.5)])
case("HardSigmoid of sixths", "HardSigmoid", lambda v: torch.clamp(v / 6 + 0.5, 0, 1), [x(-3, 3)], {"alpha": 1 / 6, "beta": 0.5})
case("HardSwish", "HardSwish", F.hardswish, [x(-3, 3)])
case("Gelu", "Gelu", F.gelu, [x()], opset=20)
case("Gelu tanh", "Gelu", lambda v: F.gelu(v, approximate="tanh"), [x()], {"approximate": "tanh"}, opset=20)
case("Mish", "Mish", F.mish, [x()])
case("Swish", "Swish", F.silu, [x()], opset=24)
case("Swish 1.7", "Swish", lambda v: v * torch.sigmoid(1.7 * v), [x()], {"alpha": 1.7}, opset=24)
case("Shrink hard", "Shrink", F.hardshrink, [x(-0.5, 0.5)])
case("Shrink soft", "Shrink", lambda v: F.softshrink(v, 1.2), [x(-1.2, 1.2)], {"lambd": 1.2, "bias": 1.2})
for low, high in [(0, 6), (-1, 1), (-2, 3), (1, None), (None, 2), (0, None), (None, None)]:
    bounds = [None if b is None else number(b) for b in (low, high)]
    case(f"Clip {low} to {high}", "Clip", lambda v, a, b: v if a is b else torch.clamp(v, a, b),
         [x(*[b for b in (low, high) if b is not None]), *bounds], wrt=[0])
case("Clip at its bounds, as relu6", "Clip", lambda v, a, b: F.relu6(v), [number([0, 6, 1e-9, 5.9999995]), number(0), number(6)], wrt=[0])
case("Clip by inputs", "Clip", torch.clamp, [x(-1, 4), number(-1), number(4)])

# Selections.
for op, function in {"Max": torch.maximum, "Min": torch.minimum}.items():
    a, b = draw(2, 3, 4), draw(3, 1)
    case(f"{op} of two", op, function, [a, b])
    case(f"{op} of equals", op, function, [number([1, -2, 0]), number([1, -2, 0])])
    case(f"{op} of three", op, lambda a, b, c: function(function(a, b), c), [draw(2, 3), draw(3), draw(2, 1)])
condition = family.random.random((2, 3, 4)) < 0.5
case("Where", "Where", torch.where, [condition, draw(2, 3, 4), draw(3, 1)])
case("Where on a broadcast condition", "Where", torch.where, [condition[:, :, :1], draw(4), draw(2, 3, 4)])

family.write()
