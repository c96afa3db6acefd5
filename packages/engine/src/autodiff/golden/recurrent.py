"""PyTorch's gradients of its own recurrent layers, to the inputs, weights, biases and states in ONNX's layout."""
import numpy as np
import torch
from cases import Family

family = Family(__file__)
draw = family.draw
# Where ONNX has each of PyTorch's gates.
orders = {"LSTM": [0, 2, 3, 1], "GRU": [1, 0, 2], "RNN": [0]}


def layer(op, hidden, directions):
    order = orders[op]

    def reordered(part):
        return torch.cat([part[i * hidden:(i + 1) * hidden] for i in order])

    def apply(x, w, r, b, lengths, h, c=None):
        weights = []
        for d in range(directions):
            first, second = b[d].chunk(2)
            weights += [reordered(part) for part in (w[d], r[d], first, second)]
        options = (weights, True, 1, 0.0, False, directions == 2)
        if lengths is not None:
            packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=True)
            source = (packed.data, packed.batch_sizes)
        else:
            source, options = (x,), (*options, False)
        if op == "LSTM":
            made = torch._VF.lstm(*source, (h, c), *options)
        else:
            call = torch._VF.gru if op == "GRU" else torch._VF.rnn_tanh
            made = call(*source, h, *options)
        y = made[0]
        if lengths is not None:
            again = torch.nn.utils.rnn.PackedSequence(y, packed.batch_sizes)
            y, _ = torch.nn.utils.rnn.pad_packed_sequence(again, total_length=x.shape[0])
        steps, batch = x.shape[:2]
        y = y.reshape(steps, batch, directions, hidden).permute(0, 2, 1, 3)
        return [y, *made[1:]]

    return apply


def case(name, op, directions=1, lengths=None, steps=6, batch=3, inputs=4, hidden=3):
    gates = len(orders[op])
    small = {"low": -0.8, "high": 0.8}
    tensors = [
        draw(steps, batch, inputs),
        draw(directions, gates * hidden, inputs, **small),
        draw(directions, gates * hidden, hidden, **small),
        draw(directions, 2 * gates * hidden, **small),
        lengths and np.array(lengths, np.int64),
        draw(directions, batch, hidden),
    ]
    if op == "LSTM":
        tensors.append(draw(directions, batch, hidden))
    attributes = {"hidden_size": hidden}
    if directions == 2:
        attributes["direction"] = "bidirectional"
    if op == "GRU":
        attributes["linear_before_reset"] = 1
    family.case(name, op, layer(op, hidden, directions), tensors, attributes)


for op in orders:
    case(f"{op}", op)
    case(f"{op} both ways", op, directions=2)
    case(f"{op} over samples of several lengths", op, lengths=[6, 4, 1])
    case(f"{op} both ways over samples of several lengths", op, directions=2, lengths=[5, 5, 2])
family.write()
