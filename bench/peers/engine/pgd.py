"""Projected gradient descent in the linf ball on the nets of nets.py, four ways, for bench/src/areas/engine.ts.

`open` builds a net and keeps its batch; `plain`, `folded`, `art` and `foolbox` then take a number of steps from the clean
samples. `plain` is the loop that one writes by hand, with gradients for the weights switched off; `folded` is the
same with batch normalisation folded into the convolutions; the other two call the library as its documentation does.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nets import CLASSES, NETS, build  # noqa: E402
from serve import serve  # noqa: E402

torch.set_num_threads(2)

state: dict = {}


def folded(net: nn.Module) -> nn.Module:
    """Every convolution that a batch normalisation follows in the same Sequential or BasicBlock, with it folded in."""
    for part in list(net.modules()):
        names = list(part._modules)
        for first, second in zip(names, names[1:]):
            conv, norm = part._modules[first], part._modules[second]
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                part._modules[first] = fuse_conv_bn_eval(conv, norm)
                part._modules[second] = nn.Identity()
    left = [part for part in net.modules() if isinstance(part, nn.BatchNorm2d)]
    assert not left, f"{len(left)} normalisations could not be folded"
    return net


def frozen(net: nn.Module) -> nn.Module:
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    return net


def open_net(params: dict) -> dict:
    """`samples`: an npz with x and labels. `eps` and `step` in unit space."""
    name = params["net"]
    held = np.load(params["samples"])
    state.clear()
    state.update(
        name=name, x=torch.from_numpy(held["x"]), labels=torch.from_numpy(held["labels"]),
        eps=params["eps"], step=params["step"], built={},
    )
    return {"batch": len(state["x"])}


def once(key: str, make: Callable[[], object]):
    if key not in state["built"]:
        state["built"][key] = make()
    return state["built"][key]


def loop(net: nn.Module, steps: int) -> torch.Tensor:
    clean, labels, eps, step = state["x"], state["labels"], state["eps"], state["step"]
    low, high = (clean - eps).clamp_(min=0), (clean + eps).clamp_(max=1)
    x = clean.clone()
    for _ in range(steps):
        x.requires_grad_(True)
        loss = F.cross_entropy(net(x), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, x)
        x = torch.minimum(torch.maximum(x.detach() + step * gradient.sign(), low), high)
    return x


def plain(steps: int) -> None:
    loop(once("plain", lambda: frozen(build(state["name"]))), steps)


def plain_folded(steps: int) -> None:
    loop(once("folded", lambda: frozen(folded(build(state["name"])))), steps)


def forward(times: int) -> None:
    net = once("plain", lambda: frozen(build(state["name"])))
    with torch.no_grad():
        for _ in range(times):
            net(state["x"])


def art(steps: int) -> None:
    from art.attacks.evasion import ProjectedGradientDescentPyTorch
    from art.estimators.classification import PyTorchClassifier

    def make():
        classifier = PyTorchClassifier(
            model=build(state["name"]), loss=nn.CrossEntropyLoss(), input_shape=NETS[state["name"]].sample,
            nb_classes=CLASSES, clip_values=(0.0, 1.0), device_type="cpu",
        )
        return classifier, state["x"].numpy()

    classifier, x = once("art", make)
    attack = ProjectedGradientDescentPyTorch(
        classifier, norm=np.inf, eps=state["eps"], eps_step=state["step"], max_iter=steps, batch_size=len(x),
        verbose=False,
    )
    # As in its examples: without labels, so that it attacks what the net answers.
    attack.generate(x=x)


def foolbox(steps: int) -> None:
    import foolbox as fb

    model = once("foolbox", lambda: fb.PyTorchModel(build(state["name"]), bounds=(0, 1), device="cpu"))
    attack = fb.attacks.LinfPGD(abs_stepsize=state["step"], steps=steps, random_start=False)
    attack(model, state["x"], state["labels"], epsilons=[state["eps"]])


def peak_bytes(_: object) -> int:
    """The most memory that this process has held so far; getrusage would count what started us as well."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


serve({
    "open": open_net, "plain": plain, "folded": plain_folded, "art": art, "foolbox": foolbox, "forward": forward,
    "peak": peak_bytes,
})
