"""PyTorch's gradients of losses inside a model: nll_loss and cross_entropy."""
import numpy as np
import torch.nn.functional as F
from cases import Family

family = Family(__file__)

TARGETS = {(5, 4): [1, 0, 3, 2, 3], (2, 3, 4): [[0, 2, 1, 1], [2, 2, 0, 1]], (2, 3, 2, 2): [[[0, 1], [2, 1]], [[1, 1], [0, 2]]]}
for size, targets in TARGETS.items():
    targets = np.array(targets, np.int64)
    for reduction in ("none", "mean", "sum"):
        for weighted, ignored in ((False, None), (True, 1), (False, -1), (True, None)):
            if weighted and ignored is None and size != (5, 4):
                continue
            at = np.where(targets == 2, ignored, targets) if ignored == -1 else targets
            weights = family.draw(size[1], low=0.2, high=2.0) if weighted else None
            attributes = {"reduction": reduction, **({} if ignored is None else {"ignore_index": ignored})}
            options = {"reduction": reduction, "ignore_index": -100 if ignored is None else ignored}
            name = f"of {size}, {reduction}" + (", weighted" if weighted else "") + ("" if ignored is None else f", without {ignored}")
            inputs = [family.draw(*size), at] + ([weights] if weighted else [])
            family.case(f"NegativeLogLikelihoodLoss {name}", "NegativeLogLikelihoodLoss",
                        lambda x, t, w=None: F.nll_loss(x, t, None if w is None else w.double(), **options),
                        inputs, attributes, wrt=[0])
            family.case(f"SoftmaxCrossEntropyLoss {name}", "SoftmaxCrossEntropyLoss",
                        lambda x, t, w=None: (F.cross_entropy(x, t, None if w is None else w.double(), **options),
                                              F.log_softmax(x, 1)),
                        inputs, attributes, wrt=[0])
family.write()
