"""Trains a net that is hard to fool and exports it: `train_robust.py FILE.onnx`.

The net of examples/digits, trained on its training split against projected gradient descent (Madry et al. 2018,
arXiv:1706.06083) in the Linf ball, whose radius grows during the first half. Takes a minute or two on two cores.
Seeds, thread count and order of the data are fixed, so that the same machine and versions give the same weights.
"""

import runpy
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# Its name has a dash, so it cannot be imported.
example = runpy.run_path(str(Path(__file__).resolve().parents[1] / "train-digits.py"))
DIGITS, MEAN, STD, export = (example[name] for name in ("DIGITS", "MEAN", "STD", "export"))

SEED, EPOCHS, BATCH, RATE = 7, 6, 64, 2e-3
EPS, STEPS = 0.2, 3


def make_net() -> nn.Sequential:
    """That of the example without its dropout: adversarial training regularises enough."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10),
    )


def logits(net: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return net((x - MEAN) / STD)


def attacked(net: nn.Module, clean: torch.Tensor, y: torch.Tensor, eps: float) -> torch.Tensor:
    step = 2.5 * eps / STEPS
    x = (clean + eps * (2 * torch.rand_like(clean) - 1)).clamp(0, 1)
    for _ in range(STEPS):
        x.requires_grad_(True)
        (gradient,) = torch.autograd.grad(F.cross_entropy(logits(net, x), y), x)
        x = x.detach() + step * gradient.sign()
        x = torch.minimum(torch.maximum(x, clean - eps), clean + eps).clamp(0, 1)
    return x


def train(net: nn.Module, x: torch.Tensor, y: torch.Tensor) -> None:
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    batches = EPOCHS * -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, batches)
    done = 0
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x)).split(BATCH):
            for parameter in net.parameters():
                parameter.requires_grad_(False)
            points = attacked(net, x[rows], y[rows], EPS * min(1.0, 2 * done / batches))
            for parameter in net.parameters():
                parameter.requires_grad_(True)
            optimizer.zero_grad()
            F.cross_entropy(logits(net, points), y[rows]).backward()
            optimizer.step()
            schedule.step()
            done += 1


def main(out: Path) -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    with np.load(DIGITS / "train.npz") as file:
        x = torch.from_numpy(file["x"].astype(np.float32) / 255).unsqueeze(1)
        y = torch.from_numpy(file["y"].astype(np.int64))
    net = make_net()
    train(net, x, y)
    net.eval()
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    out.parent.mkdir(parents=True, exist_ok=True)
    export(net, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
