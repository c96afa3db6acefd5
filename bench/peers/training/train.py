"""Trains the same networks with the same recipe in PyTorch, for the bars of the area `training`.

Weights come in as float32 files in the order of the network's parameters, so both sides start from the same numbers
where a bar asks for that; the data are .npy files. Timing is of whole steps: zero, forward, backward, update.
"""

import pathlib
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from serve import serve  # noqa: E402


class Cnn(nn.Module):
    def __init__(self, shape, classes, filters, kernel, hidden, batch_norm):
        super().__init__()
        channels, height, width = shape
        layers = []
        for size in filters:
            layers.append(nn.Conv2d(channels, size, kernel, padding=kernel // 2, bias=not batch_norm))
            if batch_norm:
                layers.append(nn.BatchNorm2d(size))
            layers += [nn.ReLU(), nn.MaxPool2d(2)]
            channels, height, width = size, height // 2, width // 2
        layers += [nn.Flatten(), nn.Linear(channels * height * width, hidden), nn.ReLU(), nn.Linear(hidden, classes)]
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)


class Block(nn.Module):
    def __init__(self, channels, size, stride, batch_norm):
        super().__init__()
        norm = nn.BatchNorm2d if batch_norm else lambda _: nn.Identity()
        self.first = nn.Conv2d(channels, size, 3, stride, 1, bias=not batch_norm)
        self.norm1 = norm(size)
        self.second = nn.Conv2d(size, size, 3, 1, 1, bias=not batch_norm)
        self.norm2 = norm(size)
        self.stride, self.more = stride, size - channels

    def forward(self, x):
        y = self.norm2(self.second(functional.relu(self.norm1(self.first(x)))))
        if self.stride != 1 or self.more:
            before = self.more // 2
            x = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, before, self.more - before))
        return functional.relu(x + y)


class ResNet(nn.Module):
    def __init__(self, shape, classes, depth, width, batch_norm):
        super().__init__()
        self.conv = nn.Conv2d(shape[0], width, 3, 1, 1, bias=not batch_norm)
        self.norm = nn.BatchNorm2d(width) if batch_norm else nn.Identity()
        blocks, channels = [], width
        for stage, size in enumerate((width, 2 * width, 4 * width)):
            for block in range((depth - 2) // 6):
                blocks.append(Block(channels, size, 2 if stage and not block else 1, batch_norm))
                channels = size
        self.blocks = nn.Sequential(*blocks)
        self.last = nn.Linear(channels, classes)

    def forward(self, x):
        y = self.blocks(functional.relu(self.norm(self.conv(x))))
        return self.last(y.mean((2, 3)))


class Transformer(nn.Module):
    """One layer of attention before a layer of two, each on normalised input with a way round."""

    def __init__(self, vocabulary, length, width, heads, hidden, classes):
        super().__init__()
        self.words = nn.Embedding(vocabulary, width)
        self.places = nn.Parameter(torch.zeros(length, width))
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.last = nn.Linear(width, classes)
        self.heads = heads

    def forward(self, x):
        h = self.words(x) + self.places
        n = self.norm1(h)
        split = lambda t: t.reshape(t.shape[0], t.shape[1], self.heads, -1).transpose(1, 2)
        q, k, v = split(self.query(n)), split(self.key(n)), split(self.value(n))
        a = torch.softmax(q @ k.transpose(2, 3) / q.shape[-1] ** 0.5, -1) @ v
        h = h + self.out(a.transpose(1, 2).reshape(h.shape))
        h = h + self.down(functional.relu(self.up(self.norm2(h))))
        return self.last(h.mean(1))


def make(net):
    kind = net["kind"]
    if kind == "mlp":
        sizes = [net["features"], *net["hidden"], net["classes"]]
        layers = []
        for a, b in zip(sizes, sizes[1:]):
            layers += [nn.Linear(a, b), nn.ReLU()]
        return nn.Sequential(*layers[:-1])
    if kind == "cnn":
        return Cnn(net["shape"], net["classes"], net["filters"], net["kernel"], net["hidden"], net["batchNorm"])
    if kind == "resnet":
        return ResNet(net["shape"], net["classes"], net["depth"], 16, net["batchNorm"])
    return Transformer(net["vocabulary"], net["length"], net["width"], net["heads"], net["hidden"], net["classes"])


def optimizer_of(model, optimizer):
    rate, decay = optimizer["rate"], optimizer.get("decay", 0)
    if optimizer["kind"] == "sgd":
        return torch.optim.SGD(model.parameters(), rate, optimizer.get("momentum", 0), weight_decay=decay)
    kind = torch.optim.Adam if optimizer["kind"] == "adam" else torch.optim.AdamW
    return kind(model.parameters(), rate, weight_decay=decay)


held = {}


def open_net(params):
    torch.manual_seed(params.get("seed", 0))
    torch.set_num_threads(params["threads"])
    model = make(params["net"]).train()
    x = torch.from_numpy(numpy.load(params["x"]))
    y = torch.from_numpy(numpy.load(params["y"])).long()
    held["step"] = (model, optimizer_of(model, params["optimizer"]), x, y)
    return sum(p.numel() for p in model.parameters())


def steps(count):
    """Seconds of so many steps on the same batch."""
    model, optimizer, x, y = held["step"]
    start = time.perf_counter()
    for _ in range(count):
        optimizer.zero_grad()
        functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    return time.perf_counter() - start


def initialize(model, generator):
    """Layers start as PyTorch starts them; tables as the engine does, which PyTorch leaves wide or at zero."""
    for module in model.modules():
        if isinstance(module, Transformer):
            with torch.no_grad():
                module.words.weight.copy_(torch.randn(module.words.weight.shape, generator=generator) / module.words.embedding_dim**0.5)
                module.places.copy_(torch.randn(module.places.shape, generator=generator) * 0.02)


def fit(params):
    """Trains from scratch; gives the accuracy on the held-out samples after the last epoch and the seconds it took."""
    torch.set_num_threads(params["threads"])
    generator = torch.Generator().manual_seed(params["seed"])
    torch.manual_seed(params["seed"])
    model = make(params["net"])
    initialize(model, generator)
    optimizer = optimizer_of(model, params["optimizer"])
    load = lambda name: torch.from_numpy(numpy.load(params[name]))
    x, y = load("x"), load("y").long()
    if params["net"]["kind"] == "transformer":
        x = x.long()
    epochs, batch = params["epochs"], params["batch"]
    per_epoch = -(-len(x) // batch)
    total = epochs * per_epoch
    start = time.perf_counter()
    step = 0
    model.train()
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        for at in range(0, len(x), batch):
            if params.get("cosine"):
                share = (1 + numpy.cos(numpy.pi * step / total)) / 2
                for group in optimizer.param_groups:
                    group["lr"] = params["optimizer"]["rate"] * share
            index = order[at : at + batch]
            optimizer.zero_grad()
            functional.cross_entropy(model(x[index]), y[index]).backward()
            optimizer.step()
            step += 1
    seconds = time.perf_counter() - start
    model.eval()
    with torch.no_grad():
        test_x, test_y = load("testX"), load("testY").long()
        if params["net"]["kind"] == "transformer":
            test_x = test_x.long()
        right = sum(
            (model(test_x[i : i + 256]).argmax(1) == test_y[i : i + 256]).sum().item() for i in range(0, len(test_x), 256)
        )
    return {"accuracy": right / len(test_x), "seconds": seconds}


if __name__ == "__main__":
    serve({"open": open_net, "steps": steps, "fit": fit})
