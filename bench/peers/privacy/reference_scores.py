"""Scores of the authors' own code on made-up logits, for the tests of LiRA and RMIA.

The code is not part of this project. Put it into a folder and name the folder in FAILMODE_REFERENCES:
  lira_plot.py  generate_ours and generate_ours_offline of tensorflow/privacy, research/mi_lira_2021/plot.py
                (without what plots), commit 3d499e69ba8413d5e857ad27a9fbe7a8cf34a8b0
  rmia.py       of privacytrustlab/ml_privacy_meter, modules/mia/attacks/rmia.py,
                commit 0b8cb7aa0fa136566f244b8e701d435d484c58f8
Writes packages/probes/src/04-membership-inference/attacks/golden/reference-scores.json.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, os.environ["FAILMODE_REFERENCES"])
import lira_plot  # noqa: E402
import rmia  # noqa: E402

CLASSES, RECORDS, QUERIES, SHADOWS, POPULATION = 5, 10, 2, 8, 12
draws = np.random.default_rng(8)


def probabilities(logits):
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


labels = draws.integers(0, CLASSES, RECORDS)
population_labels = draws.integers(0, CLASSES, POPULATION)
# Every record in half of the shadow models; the last model is the target.
keep = np.argsort(np.argsort(draws.random((SHADOWS, RECORDS)), axis=0), axis=0) < SHADOWS // 2
target_keep = draws.random(RECORDS) < 0.5
all_keep = np.vstack([keep, target_keep])
logits = draws.normal(0, 2, (SHADOWS + 1, RECORDS, QUERIES, CLASSES))
for model in range(SHADOWS + 1):
    for record in range(RECORDS):
        logits[model, record, :, labels[record]] += 3 + 3 * all_keep[model, record]
population_logits = draws.normal(0, 2, (SHADOWS + 1, POPULATION, CLASSES))
for z in range(POPULATION):
    population_logits[:, z, population_labels[z]] += 3
# What is stored is what was computed with.
logits = logits.astype(np.float32)
population_logits = population_logits.astype(np.float32)

# As score.py of the same folder makes the statistic.
shares = probabilities(logits.astype(np.float64))
own = np.take_along_axis(shares, labels[None, :, None, None], -1)[..., 0]
others = shares.copy()
np.put_along_axis(others, np.broadcast_to(labels[None, :, None, None], (*own.shape, 1)), 0, -1)
statistic = np.log(own + 1e-45) - np.log(others.sum(-1) + 1e-45)

arguments = (keep, statistic[:SHADOWS], target_keep[None], statistic[SHADOWS:])
lira = {}
for name, function in [("online", lira_plot.generate_ours), ("offline", lira_plot.generate_ours_offline)]:
    for variance, fixed in [("per-record", False), ("fixed", True)]:
        scores, _ = function(*arguments, fix_variance=fixed)
        # The online code gives a stranger the larger number.
        lira[f"{name} {variance}"] = [float(-s if name == "online" else s) for s in scores]

z_shares = probabilities(population_logits.astype(np.float64))
z_own = np.take_along_axis(z_shares, population_labels[None, :, None], -1)[..., 0]
found = {
    str(a): [
        float(s)
        for s in rmia.run_rmia(
            own[SHADOWS, :, 0], own[:SHADOWS, :, 0].T, keep.T, z_own[SHADOWS], z_own[:SHADOWS].T, a
        )
    ]
    for a in (0.0, 0.3, 1.0)
}

golden = {
    "made by": "bench/peers/privacy/reference_scores.py",
    "classes": CLASSES,
    "queries": QUERIES,
    "labels": labels.tolist(),
    "populationLabels": population_labels.tolist(),
    "inside": keep.astype(int).tolist(),
    "logits": [[float(v) for v in row.ravel()] for row in logits],
    "populationLogits": [[float(v) for v in row.ravel()] for row in population_logits],
    "lira": lira,
    "rmia": found,
}
folder = Path(__file__).parents[3] / "packages/probes/src/04-membership-inference/attacks/golden"
(folder / "reference-scores.json").write_text(json.dumps(golden) + "\n")
