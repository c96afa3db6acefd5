"""LiRA offline with PyTorch, as its authors' scripts do it: shadow models on random halves, the scaled logit of every record,
the one-sided tail under the models without it. Two of these processes share the models."""

import sys
from pathlib import Path

import numpy
import torch
from scipy.stats import norm
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parents[1] / "training"))
sys.path.insert(0, str(Path(__file__).parents[1]))
from serve import serve  # noqa: E402
from train import initialize, make, optimizer_of  # noqa: E402


def shadows(params):
    """Trains the models of `numbers`; writes their statistics as one array [numbers, records]."""
    torch.set_num_threads(params["threads"])
    x = torch.from_numpy(numpy.load(params["x"]))
    y = torch.from_numpy(numpy.load(params["y"])).long()
    keep = numpy.load(params["keep"]) > 0.5
    found = []
    for number in params["numbers"]:
        torch.manual_seed(number)
        generator = torch.Generator().manual_seed(number)
        model = make(params["net"])
        initialize(model, generator)
        optimizer = optimizer_of(model, params["optimizer"])
        own = torch.from_numpy(numpy.flatnonzero(keep[number]))
        model.train()
        for _ in range(params["epochs"]):
            order = own[torch.randperm(len(own), generator=generator)]
            for at in range(0, len(order), params["batch"]):
                index = order[at : at + params["batch"]]
                optimizer.zero_grad()
                functional.cross_entropy(model(x[index]), y[index]).backward()
                optimizer.step()
        found.append(statistic(model, x, y))
    numpy.save(params["out"], numpy.stack(found))
    return len(found)


def statistic(model, x, y):
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(x[i : i + 256]) for i in range(0, len(x), 256)]).double()
    shares = torch.softmax(logits, 1).numpy()
    rows = numpy.arange(len(y))
    own = shares[rows, y.numpy()]
    shares[rows, y.numpy()] = 0
    return numpy.log(own + 1e-45) - numpy.log(shares.sum(1) + 1e-45)


def scores(params):
    """Offline scores of a target, from what the processes wrote."""
    found = numpy.concatenate([numpy.load(part) for part in params["parts"]])
    order = numpy.concatenate(params["numbers"])
    keep = numpy.load(params["keep"])[order] > 0.5
    torch.manual_seed(0)
    x = torch.from_numpy(numpy.load(params["x"]))
    y = torch.from_numpy(numpy.load(params["y"])).long()
    target = statistic(make(params["net"]), x, y)
    without = numpy.where(keep, numpy.nan, found)
    centre = numpy.nanmedian(without, 0)
    spread = numpy.sqrt(numpy.nanmean((without - numpy.nanmean(without, 0)) ** 2))
    return float(norm.logsf((target - centre) / spread).mean())


serve({"shadows": shadows, "scores": scores})
