"""Every point at which the authors' Auto-PGD asks a small net, for our own to be compared with.

The net is V tanh(W x), in float32 like everything there. Samples are chosen so that Auto-PGD fools none of them, since
the authors' code goes on after a success and ours does not, and so that it keeps moving: on a plateau the last bit of
a loss decides whether it rose. At the first checkpoint the authors' code compares the loss after the first step with
zero in place of the loss at the start, which the paper has; samples on which that decides are left out too. With 16 inputs every share that the L1 attack divides them by is exact. With weights of
4 decimals both sides start from the same numbers.

    bench/peers/.venv/bin/python packages/probes/src/attacks/golden/apgd.py

writes apgd.json beside this file, with the package pyautoattack 0.2.0 (fra31/auto-attack) and PyTorch.
"""

import json
from pathlib import Path

import numpy as np
import torch
from pyautoattack.autopgd_base import APGDAttack, APGDAttack_targeted
from torch import nn

INPUTS, HIDDEN, CLASSES, STEPS = 16, 12, 5, 40
SHAPE = (1, 4, 4)

draws = np.random.RandomState(12)
inner = np.round(draws.randn(HIDDEN, INPUTS) * 4 / np.sqrt(INPUTS), 4)
outer = np.round(draws.randn(CLASSES, HIDDEN), 4)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.tensor(inner, dtype=torch.float32)
        self.outer = torch.tensor(outer, dtype=torch.float32)
        self.asked: list[list[float]] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.asked.append([round(float(v), 7) for v in x.detach().flatten()])
        return torch.tanh(x.flatten(1) @ self.inner.T) @ self.outer.T


def first_check_differs(net: Net, attack: APGDAttack, label: torch.Tensor) -> bool:
    points = torch.tensor(net.asked).reshape(-1, *SHAPE)
    scores, labels = torch.tanh(points.flatten(1) @ net.inner.T) @ net.outer.T, label.repeat(len(points))
    attack.y_target = attack.y_target.repeat(len(points))
    loss = {
        "ce": lambda z, y: nn.functional.cross_entropy(z, y, reduction="none"),
        "dlr": attack.dlr_loss,
        "dlr-targeted": getattr(attack, "dlr_loss_targeted", None),
    }[attack.loss](scores, labels)
    interval = int(0.22 * STEPS)
    later = int((loss[2 : interval + 1] > loss[1:interval]).sum())
    enough = [later + int(loss[1] > before) > 0.75 * interval for before in (0.0, loss[0])]
    return enough[0] != enough[1]


def run(norm: str, loss: str, eps: float) -> dict | None:
    """One sample from one start; none when it was fooled on the way or came to rest."""
    net = Net()
    clean = torch.tensor(np.round(draws.rand(1, *SHAPE) * 1.2 - 0.1, 4), dtype=torch.float32).clamp(0, 1)
    away = draws.rand(*SHAPE) - 0.5 if norm != "L1" else (draws.rand(*SHAPE) < 0.5) * (draws.rand(*SHAPE) - 0.5)
    length = {"Linf": np.abs(away).max(), "L2": np.sqrt((away**2).sum()), "L1": np.abs(away).sum()}[norm]
    start = torch.tensor(np.round(clean.numpy() + away * 0.9 * eps / length, 4), dtype=torch.float32).clamp(0, 1)
    scores = net(clean)
    label = scores.argmax(1)
    order = scores.argsort(1, descending=True)
    kind = APGDAttack_targeted if loss == "targeted-dlr" else APGDAttack
    attack = kind(net, n_iter=STEPS, norm=norm, eps=eps, device=torch.device("cpu"))
    attack.loss = {"cross-entropy": "ce", "dlr": "dlr", "targeted-dlr": "dlr-targeted"}[loss]
    attack.init_hyperparam(clean)
    attack.y_target = order[:, 2]
    net.asked.clear()
    _, robust, _, _ = attack.attack_single_run(clean, label, x_init=start)
    if first_check_differs(net, attack, label):
        return None
    steps = np.abs(np.diff(np.array(net.asked), axis=0)).max(1)
    if not bool(robust[0]) or steps.min() < 1e-3:
        return None
    return {
        "norm": norm.lower(),
        "loss": loss,
        "eps": eps,
        "clean": [round(float(v), 4) for v in clean.flatten()],
        "start": [round(float(v), 4) for v in start.flatten()],
        "label": int(label),
        "target": int(order[0, 2]),
        "asked": net.asked,
    }


cases = []
for norm, eps in (("Linf", 0.15), ("L2", 0.5), ("L1", 1.2)):
    for loss in ("cross-entropy", "dlr", "targeted-dlr"):
        case = None
        while case is None:
            case = run(norm, loss, eps)
        cases.append(case)
result = {"inner": inner.tolist(), "outer": outer.tolist(), "steps": STEPS, "cases": cases}
(Path(__file__).parent / "apgd.json").write_text(json.dumps(result) + "\n")
