"""Makes training.json: gradients of whole small networks in training mode, and gradients of gradients, by PyTorch.

The networks are those of bench/peers/training/train.py; their weights and data are drawn here and stored, in the order of
the network's parameters, which is the order in which the engine finds them.

    bench/peers/.venv/bin/python packages/engine/src/training/golden/training.py
"""

import importlib.util
import json
import pathlib
import sys
import types

import torch
from torch.nn import functional

ROOT = pathlib.Path(__file__).resolve().parents[5]
sys.modules["serve"] = types.SimpleNamespace(serve=lambda _: None)
spec = importlib.util.spec_from_file_location("train", ROOT / "bench" / "peers" / "training" / "train.py")
nets = importlib.util.module_from_spec(spec)
spec.loader.exec_module(nets)

CASES = {
    "mlp": {"kind": "mlp", "features": 5, "hidden": [6, 4], "classes": 3},
    "cnn": {"kind": "cnn", "shape": [1, 6, 6], "classes": 3, "filters": [3, 4], "kernel": 3, "hidden": 5, "batchNorm": False},
    "cnn with batch normalisation": {
        "kind": "cnn", "shape": [2, 6, 6], "classes": 3, "filters": [3, 4], "kernel": 3, "hidden": 5, "batchNorm": True,
    },
    "resnet": {"kind": "resnet", "shape": [1, 8, 8], "classes": 3, "depth": 8, "width": 2, "batchNorm": True},
    "resnet without normalisation": {
        "kind": "resnet", "shape": [1, 8, 8], "classes": 3, "depth": 8, "width": 2, "batchNorm": False,
    },
}


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


def make(net):
    if net["kind"] == "resnet":
        return nets.ResNet(net["shape"], net["classes"], net["depth"], net["width"], net["batchNorm"])
    return nets.make(net)


def case(name, net, seed):
    torch.manual_seed(seed)
    model = make(net).train()
    parameters = list(model.parameters())
    with torch.no_grad():
        for parameter in parameters:
            if parameter.dim() == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
    row = [net["features"]] if net["kind"] == "mlp" else net["shape"]
    x = torch.randn(6, *row, requires_grad=True)
    y = torch.tensor([0, 1, 2, 2, 0, 1])
    found = {
        "name": name,
        "net": net,
        "x": numbers(x),
        "labels": y.tolist(),
        "weights": [numbers(parameter) for parameter in parameters],
    }
    loss = functional.cross_entropy(model(x), y)
    gradients = torch.autograd.grad(loss, parameters, create_graph=True)
    found["loss"] = loss.item()
    found["gradients"] = [numbers(gradient) for gradient in gradients]
    found["running"] = [
        numbers(buffer) for key, buffer in model.named_buffers() if key.endswith(("running_mean", "running_var"))
    ]
    if not net.get("batchNorm"):
        square = sum((gradient**2).sum() for gradient in gradients)
        second = torch.autograd.grad(square, [x, *parameters])
        found["square"] = square.item()
        found["second"] = [numbers(gradient) for gradient in second]
    return found


torch.set_num_threads(1)
made = {"torch": torch.__version__.split("+")[0], "cases": [case(name, net, 10 + i) for i, (name, net) in enumerate(CASES.items())]}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(made))
