"""Writes truths.json: what other implementations say of the functions in the folder above.

Run it in this folder with cleanlab, SciPy and scikit-learn installed (made with cleanlab 2.9.0, SciPy 1.17.1,
scikit-learn 1.9.1): `python3 make.py`.
"""

import json
from pathlib import Path

import numpy as np
from cleanlab.count import compute_confident_joint, get_confident_thresholds
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

draw = np.random.default_rng(15)


def rounded(values, digits=6):
    return np.round(values, digits).tolist()


def confident_learning(n, classes, noise, sharpness):
    truth = draw.integers(0, classes, n)
    scores = draw.normal(0, 1, (n, classes))
    scores[np.arange(n), truth] += sharpness
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    probabilities = np.round(probabilities, 6)
    wrong = draw.random(n) < noise
    labels = np.where(wrong, (truth + draw.integers(1, classes, n)) % classes, truth)
    return {
        "classes": classes,
        "probabilities": rounded(probabilities.ravel()),
        "labels": labels.tolist(),
        "thresholds": get_confident_thresholds(labels, probabilities).tolist(),
        "counts": compute_confident_joint(labels, probabilities, calibrate=False).tolist(),
        "calibrated": compute_confident_joint(labels, probabilities, calibrate=True).tolist(),
        **{
            method: np.flatnonzero(find_label_issues(labels, probabilities, filter_by=method)).tolist()
            for method in ["prune_by_class", "prune_by_noise_rate", "both"]
        },
        "margin": get_label_quality_scores(labels, probabilities, method="normalized_margin").tolist(),
    }


def hypergeometric(hits, drawn, marked, total):
    return [hits, drawn, marked, total, float(stats.hypergeom.sf(hits - 1, total, marked, drawn))]


blobs = np.concatenate([draw.normal(m, 1, (20, 3)) for m in (0, 3, -4)])
blobs = np.round(blobs, 4)
blob_labels = np.repeat([0, 1, 2], 20)

Path("truths.json").write_text(
    json.dumps(
        {
            "confidentLearning": [
                confident_learning(60, 3, 0.2, 2.0),
                confident_learning(80, 5, 0.1, 2.5),
            ],
            "hypergeometric": [
                hypergeometric(*row)
                for row in [
                    (0, 5, 3, 20),
                    (3, 5, 3, 20),
                    (25, 50, 500, 5000),
                    (60, 100, 200, 10000),
                    (90, 100, 95, 110),
                    (1, 1, 1, 2),
                    (400, 3000, 900, 10000),
                ]
            ],
            "silhouette": {
                "points": blobs.tolist(),
                "labels": blob_labels.tolist(),
                "value": float(silhouette_score(blobs, blob_labels)),
                "inertia": float(KMeans(3, n_init=20, random_state=0).fit(blobs).inertia_),
            },
        },
        indent=1,
    )
    + "\n"
)
