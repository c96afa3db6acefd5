"""The attacks of ART, Foolbox and torchattacks beside ours, for bench/src/areas/evasion.ts.

`open` takes a net and samples that it has right; each attack then gives, for every sample, the distance of the closest
adversarial point (null where there is none), or whether the sample withstood. Nothing that a library says of itself
is used: distances are measured here, on points that the net was really asked about, or is asked about once more.
Libraries that are imported late are so because each costs seconds, and a process serves one of them.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from onnx_net import open_net  # noqa: E402
from serve import serve  # noqa: E402

torch.set_num_threads(1)

CLASSES = 10
state: dict = {}


def open_samples(params: dict) -> None:
    """`samples`: an npz with x in unit space and labels y."""
    held = np.load(params["samples"])
    net = open_net(params["onnx"], params["mean"], params["std"], held["x"][:32])
    state.update(net=net, x=torch.from_numpy(held["x"]), y=torch.from_numpy(held["y"].astype(np.int64)))


def first(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    return state["x"][:count], state["y"][:count]


def distance(a: torch.Tensor, b: torch.Tensor, norm: str) -> torch.Tensor:
    change = (a - b).flatten(1)
    if norm == "l0":
        # A pixel that comes back with a rounding error was not changed.
        return (change.abs() > 1e-6).sum(1).float()
    return change.norm(float(norm[1:]), dim=1)


def in_box(points: torch.Tensor) -> torch.Tensor:
    flat = points.flatten(1)
    return (flat.min(1).values >= -1e-6) & (flat.max(1).values <= 1 + 1e-6)


def plain(numbers: torch.Tensor) -> list:
    return [None if value == float("inf") else value for value in numbers.tolist()]


def judged(points: torch.Tensor, count: int, norm: str) -> list:
    """Distances of points that an attack gave back."""
    x, y = first(count)
    with torch.no_grad():
        adversarial = (state["net"](points).argmax(1) != y) & in_box(points)
    return plain(torch.where(adversarial, distance(points, x, norm), torch.inf))


class Spent(Exception):
    """Every sample has had its queries."""


class Recorder(nn.Module):
    """The net, which writes down how close each sample's closest adversarial point was after so many queries.

    A batch holds either one point of every sample, in order, as Foolbox asks, or points of the sample `current`, as
    ART does. A point asked twice in a row counts once: Foolbox asks on for samples that are done with a loop.
    """

    def __init__(self, count: int, norm: str, checkpoints: list[int]) -> None:
        super().__init__()
        self.net, self.norm, self.checkpoints = state["net"], norm, checkpoints
        self.x, self.y = first(count)
        self.spent = torch.zeros(count, dtype=torch.int64)
        self.curve = torch.full((count, len(checkpoints)), torch.inf)
        self.last = torch.full_like(self.x, torch.nan)
        self.current: int | None = None

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            logits = self.net(points)
            if self.current is None:
                self.each(points, logits)
            else:
                self.one(self.current, points, logits)
        return logits

    def each(self, points: torch.Tensor, logits: torch.Tensor) -> None:
        assert len(points) == len(self.x), "one point of every sample"
        self.spent += (points != self.last).flatten(1).any(1)
        self.last = points.clone()
        adversarial = (logits.argmax(1) != self.y) & in_box(points)
        far = torch.where(adversarial, distance(points, self.x, self.norm), torch.inf)
        for at, queries in enumerate(self.checkpoints):
            counted = torch.where(self.spent <= queries, far, torch.inf)
            self.curve[:, at] = torch.minimum(self.curve[:, at], counted)
        if int(self.spent.min()) >= self.checkpoints[-1]:
            raise Spent

    def one(self, i: int, points: torch.Tensor, logits: torch.Tensor) -> None:
        adversarial = (logits.argmax(1) != self.y[i]) & in_box(points)
        far = torch.where(adversarial, distance(points, self.x[i : i + 1], self.norm), torch.inf)
        for at, queries in enumerate(self.checkpoints):
            counted = far[: max(0, queries - int(self.spent[i]))]
            if len(counted) > 0:
                self.curve[i, at] = torch.minimum(self.curve[i, at], counted.min())
        self.spent[i] += len(points)
        if int(self.spent[i]) >= self.checkpoints[-1]:
            raise Spent


def art_classifier(net: nn.Module):
    from art.estimators.classification import PyTorchClassifier

    return PyTorchClassifier(
        model=net, loss=nn.CrossEntropyLoss(), input_shape=tuple(state["x"].shape[1:]), nb_classes=CLASSES,
        clip_values=(0.0, 1.0), device_type="cpu",
    )


def foolbox_model(net: nn.Module):
    import foolbox

    return foolbox.PyTorchModel(net.eval(), bounds=(0, 1), device="cpu")


def hop_skip_jump(params: dict) -> list:
    """`checkpoints`: numbers of queries, ascending. Gives a row of distances for each sample."""
    count, norm = params["count"], params["norm"]
    torch.manual_seed(0)
    np.random.seed(0)
    recorder = Recorder(count, norm, params["checkpoints"])
    if params["library"] == "art":
        from art.attacks.evasion import HopSkipJump

        attack = HopSkipJump(
            art_classifier(recorder), norm=2 if norm == "l2" else np.inf, max_iter=10_000, verbose=False
        )
        for i in range(count):
            recorder.current = i
            try:
                attack.generate(recorder.x[i : i + 1].numpy())
            except Spent:
                pass
    else:
        import foolbox

        attack = foolbox.attacks.HopSkipJumpAttack(steps=10_000, constraint=norm)
        try:
            attack.run(foolbox_model(recorder), recorder.x, recorder.y)
        except Spent:
            pass
    return [plain(row) for row in recorder.curve]


def square(params: dict) -> list:
    """Whether each sample withstood `queries` in the ball. The schedule of windows is stretched to them in both."""
    count, norm, eps, queries, seed = (params[key] for key in ("count", "norm", "eps", "queries", "seed"))
    x, y = first(count)
    torch.manual_seed(seed)
    np.random.seed(seed)
    if params["library"] == "art":
        from art.attacks.evasion import SquareAttack

        attack = SquareAttack(
            art_classifier(state["net"]), norm=2 if norm == "l2" else np.inf, eps=eps, max_iter=queries - 1,
            p_init=0.8, nb_restarts=1, batch_size=256, verbose=False,
        )
        points = torch.from_numpy(attack.generate(x.numpy(), y.numpy()))
    else:
        import torchattacks

        norms = {"linf": "Linf", "l2": "L2"}
        attack = torchattacks.Square(state["net"], norm=norms[norm], eps=eps, n_queries=queries - 1, p_init=0.8, seed=seed)
        points = attack(x, y)
    far = judged(points, count, norm)
    return [value is None or value > eps * (1 + 1e-5) for value in far]


def fmn(params: dict) -> list:
    import foolbox

    attacks = foolbox.attacks.fast_minimum_norm

    class Projected(attacks.L2FMNAttack):
        """Foolbox 3.3.4 divides the norm by itself where the radius belongs, so that its L2 attack never projects."""

        def project(self, x, x0, epsilon):
            import eagerpy as ep

            norms = ep.maximum(foolbox.devutils.flatten(x - x0).norms.l2(axis=-1), 1e-12)
            return x0 + (x - x0) * foolbox.devutils.atleast_kd(ep.minimum(1, epsilon / norms), x.ndim)

    attack = {
        "l0": attacks.L0FMNAttack, "l1": attacks.L1FMNAttack, "l2": Projected, "linf": attacks.LInfFMNAttack,
    }[params["norm"]](steps=params["steps"])
    x, y = first(params["count"])
    return judged(attack.run(foolbox_model(state["net"]), x, y), params["count"], params["norm"])


def carlini_wagner(params: dict) -> list:
    """The published search: 9 values of the constant from 0.001, rate 0.01. torchattacks has no search.

    ART searches along every step, which costs some five passes more, and gets a fifth of the steps for it.
    """
    count, steps = params["count"], params["steps"]
    x, y = first(count)
    torch.manual_seed(0)
    if params["library"] == "art":
        from art.attacks.evasion import CarliniL2Method

        attack = CarliniL2Method(
            art_classifier(state["net"]), binary_search_steps=9, max_iter=steps // 5, learning_rate=0.01, initial_const=1e-3,
            batch_size=count, verbose=False,
        )
        points = torch.from_numpy(attack.generate(x.numpy(), np.eye(CLASSES)[y.numpy()]))
    elif params["library"] == "foolbox":
        import foolbox

        attack = foolbox.attacks.L2CarliniWagnerAttack(
            binary_search_steps=9, steps=steps, stepsize=0.01, initial_const=1e-3
        )
        points = attack.run(foolbox_model(state["net"]), x, y)
    else:
        import torchattacks

        points = torchattacks.CW(state["net"], c=1, steps=steps, lr=0.01)(x, y)
    return judged(points, count, "l2")


serve({
    "open": open_samples, "hop_skip_jump": hop_skip_jump, "square": square, "fmn": fmn,
    "carlini_wagner": carlini_wagner,
})
