"""AutoAttack by its authors (Croce and Hein 2020), part by part, for bench/src/areas/evasion.ts.

The package pyautoattack holds the authors' code. `run` does what its `run_standard_evaluation` does with the standard
version: each part attacks all samples that the parts before left over, in one batch of up to 250. Left out are its
looks at the model for defences that only pretend, which cost a few passes.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
from pyautoattack import AutoAttack

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from onnx_net import open_net  # noqa: E402
from serve import serve  # noqa: E402

NORMS = {"linf": "Linf", "l2": "L2", "l1": "L1"}
BATCH = 250
state: dict = {}


def open_samples(params: dict) -> None:
    """`samples`: an npz with x in unit space and labels y; the ball as `norm` and `eps`; `threads`."""
    torch.set_num_threads(params["threads"])
    held = np.load(params["samples"])
    state.update(
        net=open_net(params["onnx"], params["mean"], params["std"], held["x"][:32]),
        x=torch.from_numpy(held["x"]), y=torch.from_numpy(held["y"].astype(np.int64)),
        norm=params["norm"], eps=params["eps"],
    )


def warm(count: int) -> None:
    """One pass back and forth, so that nothing that happens once is part of a timing."""
    x = state["x"][:count].clone().requires_grad_(True)
    torch.autograd.grad(state["net"](x).sum(), x)


def run(params: dict) -> dict:
    count, seed = params["count"], params["seed"]
    x, y = state["x"][:count], state["y"][:count]
    suite = AutoAttack(state["net"], norm=NORMS[state["norm"]], eps=state["eps"], version="standard", seed=seed)
    assert suite.attacks_to_run == ["apgd-ce", "apgd-t", "fab-t", "square"]
    suite.apgd.loss = "ce"
    suite.fab.targeted = True
    attacks = {"apgd-ce": suite.apgd, "apgd-t": suite.apgd_targeted, "fab-t": suite.fab, "square": suite.square}
    robust = torch.ones(count, dtype=torch.bool)
    parts = []
    for name, attack in attacks.items():
        begin = time.perf_counter()
        attack.seed = seed
        for rows in robust.nonzero()[:, 0].split(BATCH):
            points = attack.perturb(x[rows], y[rows])
            with torch.no_grad():
                robust[rows] = state["net"](points).argmax(1) == y[rows]
        parts.append({"attack": name, "seconds": time.perf_counter() - begin, "left": int(robust.sum())})
    return {"robust": robust.tolist(), "parts": parts}


serve({"open": open_samples, "warm": warm, "run": run})
