"""Every point at which the authors' FAB asks a small net, for our own to be compared with.

The net is V tanh(W x), in float32 like everything there; with weights and samples of 4 decimals both sides start from
the same numbers. Where the code asks about one point several times in a row (for gradients, and for the class), the
point is kept once.

    bench/peers/.venv/bin/python packages/probes/src/attacks/golden/fab.py

writes fab.json beside this file, with the package pyautoattack 0.2.0 (fra31/auto-attack) and PyTorch.
"""

import json
from pathlib import Path

import numpy as np
import torch
from pyautoattack.fab_pt import FABAttack_PT
from torch import nn

INPUTS, HIDDEN, CLASSES, STEPS = 16, 12, 5, 20
SHAPE = (1, 4, 4)

draws = np.random.RandomState(4)
inner = np.round(draws.randn(HIDDEN, INPUTS) * 4 / np.sqrt(INPUTS), 4)
outer = np.round(draws.randn(CLASSES, HIDDEN), 4)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.tensor(inner, dtype=torch.float32)
        self.outer = torch.tensor(outer, dtype=torch.float32)
        self.asked: list[list[float]] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        point = [round(float(v), 7) for v in x.detach().flatten()]
        if not self.asked or self.asked[-1] != point:
            self.asked.append(point)
        return torch.tanh(x.flatten(1) @ self.inner.T) @ self.outer.T


cases = []
for norm in ("Linf", "L2", "L1"):
    for targeted in (True, False):
        net = Net()
        clean = torch.tensor(np.round(draws.rand(1, *SHAPE) * 1.2 - 0.1, 4), dtype=torch.float32).clamp(0, 1)
        scores = net(clean)
        attack = FABAttack_PT(net, n_iter=STEPS, norm=norm, eps=1.0, targeted=targeted, device=torch.device("cpu"))
        attack.target_class = 3
        found = attack.attack_single_run(clean, scores.argmax(1), is_targeted=targeted)
        cases.append(
            {
                "norm": norm.lower(),
                "clean": [round(float(v), 4) for v in clean.flatten()],
                "label": int(scores.argmax(1)),
                "target": int(scores.argsort(1)[0, -3]) if targeted else None,
                "asked": net.asked,
                "found": [round(float(v), 7) for v in found.flatten()],
            }
        )
result = {"inner": inner.tolist(), "outer": outer.tolist(), "steps": STEPS, "cases": cases}
(Path(__file__).parent / "fab.json").write_text(json.dumps(result) + "\n")
