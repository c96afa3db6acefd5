"""Trains the digits example and exports it: examples/digits/model.onnx.

A small convolutional net, trained on examples/digits/train.npz alone; the test split is never opened here.
Its input is the unit-space image normalised by mean 0.1307 and standard deviation 0.3081, its output ten
logits. Seeds, thread count and order of the data are fixed, so the same machine and the same versions give
the same weights; another processor may differ in the last bits.

    bench/peers/.venv/bin/python bench/peers/train-digits.py [--out PATH]
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

DIGITS = Path(__file__).resolve().parents[2] / "examples" / "digits"
MEAN, STD = 0.1307, 0.3081
SEED, EPOCHS, BATCH, RATE = 7, 10, 64, 2e-3


def make_net() -> nn.Sequential:
    """215,370 weights. The dropout acts in training only and leaves no trace in the exported graph."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.4),
        nn.Linear(32 * 7 * 7, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


def train(net: nn.Sequential, x: torch.Tensor, y: torch.Tensor) -> None:
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    # Down to a twentieth by the last step, so that the weights do not depend on where the last batches fell.
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, EPOCHS * -(-len(x) // BATCH))
    loss_of = nn.CrossEntropyLoss()
    net.train()
    for epoch in range(EPOCHS):
        total = 0.0
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            loss = loss_of(net(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        print(f"epoch {epoch + 1}/{EPOCHS}: mean loss {total / len(x):.4f}")
    net.eval()


def export(net: nn.Sequential, path: Path) -> None:
    """One file, opset 18, batch size left open, without the exporter's notes on this machine's source files."""
    batch = torch.export.Dim("batch")
    program = torch.onnx.export(
        net,
        (torch.zeros(2, 1, 28, 28),),
        dynamo=True,
        opset_version=18,
        input_names=["input"],
        output_names=["logits"],
        dynamic_shapes=({0: batch},),
        verbose=False,
    )
    model = program.model_proto
    del model.metadata_props[:]
    for part in (*model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
        part.doc_string = ""
    del model.graph.metadata_props[:]
    model.graph.name = "digits"
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=DIGITS / "model.onnx")
    out = parser.parse_args().out

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    with np.load(DIGITS / "train.npz") as file:
        x = torch.from_numpy(file["x"].astype(np.float32) / 255).unsqueeze(1)
        y = torch.from_numpy(file["y"].astype(np.int64))
    x = (x - MEAN) / STD

    net = make_net()
    train(net, x, y)
    export(net, out)

    with torch.no_grad():
        ours = net(x).numpy()
    theirs = onnxruntime.InferenceSession(out).run(None, {"input": x.numpy()})[0]
    print(f"weights: {sum(p.numel() for p in net.parameters())}")
    print(f"training accuracy: {(ours.argmax(1) == y.numpy()).sum()} of {len(y)}")
    print(f"largest difference between PyTorch's and onnxruntime's logits: {abs(ours - theirs).max():.2e}")
    print(f"written: {out} ({out.stat().st_size} bytes)")


if __name__ == "__main__":
    main()
