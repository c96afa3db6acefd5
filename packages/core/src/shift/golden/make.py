"""Writes truths.json: what SciPy says of the two-sample tests in the folder above.

Run it in this folder with SciPy installed (made with SciPy 1.17.1): `python3 make.py`.
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.special import kolmogorov

draw = np.random.default_rng(14)


def pair(m, n, shift, scale=1.0):
    return (
        [round(float(x), 6) for x in draw.normal(0, 1, m)],
        [round(float(x), 6) for x in draw.normal(shift, scale, n)],
    )


samples = []
for m, n, shift, scale in [(5, 7, 0.3, 1), (12, 12, 1.5, 1), (40, 25, 0.4, 1), (60, 80, 0.0, 1.6), (3, 90, -1, 1)]:
    a, b = pair(m, n, shift, scale)
    ks = stats.ks_2samp(a, b, method="exact")
    cvm = stats.cramervonmises_2samp(a, b, method="asymptotic")
    samples.append(
        {
            "reference": a,
            "current": b,
            "ks": [float(ks.statistic), float(ks.pvalue)],
            "cvm": [float(cvm.statistic), float(cvm.pvalue)],
            "wasserstein": float(stats.wasserstein_distance(a, b)),
        }
    )

tied = {"reference": [0, 0, 1, 1, 2, 3], "current": [1, 2, 2, 3, 3, 3, 4]}
result = stats.cramervonmises_2samp(tied["reference"], tied["current"], method="asymptotic")
tied["cvm"] = [float(result.statistic), float(result.pvalue)]
tied["wasserstein"] = float(stats.wasserstein_distance(tied["reference"], tied["current"]))

chi = []
for a, b in [([20, 30, 50], [35, 25, 40]), ([100, 80, 60, 40], [90, 85, 70, 30]), ([500, 500], [430, 570])]:
    found = stats.chi2_contingency([a, b], correction=False)
    chi.append({"reference": a, "current": b, "truth": [float(found.statistic), int(found.dof), float(found.pvalue)]})

fisher = [
    {"reference": list(a), "current": list(b), "p": float(stats.fisher_exact([a, b]).pvalue)}
    for a, b in [((1, 9), (4, 3)), ((0, 30), (4, 20)), ((2, 40), (3, 38))]
]

Path("truths.json").write_text(
    json.dumps(
        {
            "kolmogorov": [[x, float(kolmogorov(x))] for x in (0.3, 0.5, 0.8, 0.99, 1.0, 1.36, 2, 3.5)],
            "samples": samples,
            "tied": tied,
            "chiSquare": chi,
            "fisher": fisher,
        },
        indent=1,
    )
    + "\n"
)
