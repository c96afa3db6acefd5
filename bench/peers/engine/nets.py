"""The five nets on which gradients are timed, and what goes into them.

Weights are random but seeded, so that every machine measures the same functions. Batch normalisation gets the
statistics that a trained net would have, those of its own activations, and scales and shifts that are not 1 and 0:
otherwise it would be the identity, and activations would die or explode on the way down.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import mobilenet_v2
from torchvision.models.resnet import BasicBlock, conv1x1

CLASSES = 10


def small_cnn() -> nn.Module:
    """Two convolutions and two dense layers, as in every introduction to MNIST."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, CLASSES),
    )


class SmallPictures(nn.Module):
    """ResNets for pictures of 32 x 32 (He et al. 2016, section 4.2): the stem keeps the size, nothing is pooled."""

    def __init__(self, widths: tuple[int, ...], blocks: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True)
        )
        body: list[nn.Module] = []
        before = widths[0]
        for stage, width in enumerate(widths):
            for block in range(blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                change = None
                if stride != 1 or before != width:
                    change = nn.Sequential(conv1x1(before, width, stride), nn.BatchNorm2d(width))
                body.append(BasicBlock(before, width, stride, change))
                before = width
        self.body = nn.Sequential(*body)
        self.head = nn.Linear(before, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.flatten(F.adaptive_avg_pool2d(self.body(self.stem(x)), 1), 1))


class Encoder(nn.Module):
    """A transformer encoder on ready embeddings, its mean classified."""

    def __init__(self, width: int = 256, heads: int = 4, layers: int = 6) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        return self.head(self.encoder(embeddings).mean(1))


@dataclass(frozen=True)
class Net:
    make: Callable[[], nn.Module]
    batch: int
    sample: tuple[int, ...]


NETS = {
    "small-cnn": Net(small_cnn, 128, (1, 28, 28)),
    "resnet-20": Net(lambda: SmallPictures((16, 32, 64), 3), 64, (3, 32, 32)),
    "resnet-18": Net(lambda: SmallPictures((64, 128, 256, 512), 2), 64, (3, 32, 32)),
    "mobilenet-v2": Net(lambda: mobilenet_v2(num_classes=CLASSES), 8, (3, 224, 224)),
    "transformer": Net(Encoder, 16, (128, 256)),
}


def samples(name: str, count: int, seed: int) -> torch.Tensor:
    """In unit space, with structure at several scales as pictures have it, not white noise."""
    draw = torch.Generator().manual_seed(seed)
    *lead, height, width = NETS[name].sample
    x = torch.zeros(count, *lead, height, width)
    shape = (count, lead[0] if lead else 1)
    for scale in (4, 8, 28):
        coarse = torch.randn(*shape, scale, scale, generator=draw)
        x += F.interpolate(coarse, (height, width), mode="bilinear").reshape(x.shape)
    x += 0.1 * torch.randn(x.shape, generator=draw)
    return torch.sigmoid(x)


def build(name: str) -> nn.Module:
    torch.manual_seed(sorted(NETS).index(name))
    net = NETS[name].make()
    norms = [part for part in net.modules() if isinstance(part, nn.BatchNorm2d)]
    for part in [*norms, *(part for part in net.modules() if isinstance(part, nn.LayerNorm))]:
        part.weight.data.uniform_(0.7, 1.3)
        part.bias.data.normal_(0.5, 0.5)
    for part in norms:
        # None: the plain mean over the batches seen.
        part.momentum = None
        part.reset_running_stats()
    if norms:
        net.train()
        with torch.no_grad():
            for seed in range(2):
                net(samples(name, 16, 100 + seed))
    return net.eval()
